using System.Text;
using PhiGateway.Gateway.Configuration;
using Xunit;

namespace PhiGateway.Tests.Gateway.Configuration;

/// <summary>A write does not choose where another product keeps it.</summary>
public sealed class RoutingMarksTests
{
    [Theory]
    [InlineData(
        """{"resourceType":"Patient","meta":{"extension":[{"url":"https://aidbox.app/tenant-organization-id","valueReference":{}}]}}"""
    )]
    [InlineData("""{"resourceType":"Patient","meta":{"extension":[{"url":"https:\/\/aidbox.app/tenant-organization-i\u0064"}]}}""")]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"https://aidbox.app/tenant-resource-id"}]}""")]
    [InlineData("""{"resourceType":"Patient","contained":[{"meta":{"project":"p"}}]}""")]
    [InlineData("""{"resourceType":"Patient","meta":{"tag":[],"accounts":[]}}""")]
    [InlineData("""{"resourceType":"Patient","meta":{"tag":[{"display":"a"}],"m\u0065ta":1}}""")]
    [InlineData("""{"resourceType":"Bundle","entry":[{"resource":{"meta":{"profile":["a"]}}},{"resource":{"meta":{"compartment":[]}}}]}""")]
    [InlineData("""{"resourceType":"Patient","meta":{"extension":[{"url":"x","meta":{}}],"project":"other"}}""")]
    [InlineData("""{"resourceType":"Patient","meta":{"tag":[{"meta":{"tag":[]}}],"accounts":[]}}""")]
    [InlineData("""{"resourceType":"Patient","meta":{"extension":[{"meta":{"tag":[{"meta":{"project":"p"}}]}}]}}""")]
    [InlineData("""[{"op":"add","path":"/meta/extension/0/url","value":"https://aidbox.app/tenant-organization-id"}]""")]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"https://ehr.example/partition"}]}""")]
    public void StandIn_OrderToAServer_IsFound(string body) => Assert.True(Marks().StandIn(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData(
        """{"resourceType":"Patient","meta":{"versionId":"1","tag":[{"system":"a","project":"in a coding"}],"_source":{"extension":[]}}}"""
    )]
    [InlineData("""{"resourceType":"Patient","meta":{"profile":["a"]},"project":"not in meta"}""")]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"https://ehr.example/partitions"}]}""")]
    [InlineData("""{"resourceType":"Communication","note":"see https://aidbox.app/tenant-organization-id for more"}""")]
    [InlineData("""{"resourceType":"Basic","meta":"wrong","other":{"accounts":1}}""")]
    [InlineData("")]
    [InlineData("not json")]
    public void StandIn_OrdinaryContent_HasNone(string body) => Assert.False(Marks().StandIn(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("""{"meta":{}}""", """{"meta":{"project":"p"}}""", true)]
    [InlineData("""{"meta":{"project":"p"}}""", """{"meta":{"project":"q"}}""", true)]
    [InlineData("""{"meta":{"project":"p"}}""", """{"meta":{"project":"p","accounts":[]}}""", true)]
    [InlineData("""{"extension":[]}""", """{"extension":[{"url":"https://ehr.example/partition","valueString":"a"}]}""", true)]
    [InlineData(
        """{"extension":[{"url":"https://ehr.example/partition","valueString":"a"}]}""",
        """{"extension":[{"url":"https://ehr.example/partition","valueString":"b"}]}""",
        true
    )]
    [InlineData("""{"meta":{"project":"p"},"status":"final"}""", """{"meta":{"project":"p","tag":[{"code":"a"}]},"status":"x"}""", false)]
    [InlineData("""{"meta":{"project":"p"}}""", """{"meta":{}}""", false)]
    [InlineData("""{}""", """{"meta":{"tag":[{"code":"a"}]}}""", false)]
    public void StandNewlyIn_ResultOfAChange_HasNoMarkThatWasNotThere(string stored, string changed, bool found) =>
        Assert.Equal(found, Marks().StandNewlyIn(Encoding.UTF8.GetBytes(changed), Encoding.UTF8.GetBytes(stored)));

    private static RoutingMarks Marks() =>
        RoutingMarks.TryRead("https://ehr.example/partition", out var marks) ? marks! : throw new InvalidOperationException();
}
