using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// Programs write null for what an entry of a bundle does not have: it is not there. A condition that is something else than a text is not left
/// out.
/// </summary>
public sealed class NullMemberTests
{
    private const string Patient = """{"resourceType":"Patient"}""";

    [Theory]
    [InlineData(
        """{"fullUrl":null,"resource":null,"request":{"method":"GET","url":"Patient/1","ifNoneMatch":null,"ifModifiedSince":null} }"""
    )]
    [InlineData("""{"fullUrl":null,"resource":null,"request":{"method":"DELETE","url":"Patient/1","ifMatch":null,"ifNoneExist":null} }""")]
    [InlineData($$"""{"fullUrl":null,"resource":{{Patient}},"request":{"method":"POST","url":"Patient","ifNoneExist":null} }""")]
    public void Read_EntryWithNulls_IsTheOneWithout(string entry)
    {
        var read = Read(entry);

        Assert.Null(read.Unread);
        Assert.Empty(read.Conditions);
    }

    [Theory]
    [InlineData("POST", "Patient", "\"ifNoneExist\":[\"identifier=1\"]")]
    [InlineData("POST", "Patient", "\"ifNoneExist\":7")]
    [InlineData("POST", "Patient", "\"ifNoneExist\":{\"identifier\":\"1\"}")]
    [InlineData("DELETE", "Patient/1", "\"ifMatch\":3")]
    [InlineData("DELETE", "Patient/1", "\"ifMatch\":false")]
    [InlineData("GET", "Patient/1", "\"ifNoneMatch\":3")]
    public void Read_ConditionThatIsNoText_IsNotLeftOut(string method, string url, string condition)
    {
        var resource = method == "POST" ? $"\"resource\":{Patient}," : string.Empty;

        Assert.Equal(
            DenyReason.MalformedBody,
            Read($$"""{{{resource}}"request":{"method":"{{method}}","url":"{{url}}",{{condition}}} }""").Unread?.Reason
        );
    }

    [Theory]
    [InlineData("""{"resource":null,"request":{"method":"POST","url":"Patient"} }""")]
    [InlineData("""{"resource":null,"request":{"method":"PUT","url":"Patient/1"} }""")]
    public void Read_WriteOfNull_IsRefused(string entry) => Assert.Equal(DenyReason.MalformedBody, Read(entry).Unread?.Reason);

    private static FhirRequest Read(string entry) =>
        RequestFixture
            .Understood(
                "POST",
                "/fhir",
                new FhirHeaders { ContentType = "application/fhir+json" },
                $$"""{"resourceType":"Bundle","type":"batch","entry":[{{entry}}]}"""
            )
            .Entries[0];
}
