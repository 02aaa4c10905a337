using System.Text.Json.Nodes;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Compiling;

/// <summary>
/// A use case that cannot be read closes its own clients and opens nobody else's view: that it names a label still says that there are records
/// which bear it.
/// </summary>
public sealed class UnreadableLabelsTests
{
    private static readonly SecurityLabel Vip = new("https://hospital.example/labels", "VIP");

    public static TheoryData<string, bool> Forms =>
        new()
        {
            // A newer version wrote it.
            { Changed(static json => json["holdUntil"] = "2026-01-01"), true },
            { Changed(static json => json["grants"]![0]!["labelsToo"] = new JsonArray("urn:x|OTHER")), true },
            // Which label that is cannot be told.
            { Changed(static json => json["grants"]![0]!["labels"] = new JsonArray(new JsonObject { ["code"] = "VIP" })), false },
            { Written()[..^1], false },
            { "{\"\\u006cabels\":[\"x\"]", false },
        };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Apply_UseCaseThatCannotBeReadAnyMore_KeepsItsLabelsKnown(string form, bool isTold)
    {
        var builder = new RegistrySnapshotBuilder();
        Assert.Equal([Vip], builder.Rebuild(TestRegistry.Changes([TestRegistry.Item(Named()), .. Others()])).Labels.All);
        var broken = TestRegistry.Broken(RegistryKind.UseCase, "vip-team", form, 2);

        var later = builder.Apply(TestRegistry.Changes([broken], 2)).Labels.All;
        var cold = new RegistrySnapshotBuilder().Rebuild(TestRegistry.Changes([broken, .. Others()], 2)).Labels.All;

        Assert.Contains(isTold ? Vip : SecurityLabel.Unknown, later);
        Assert.Equal(later, cold);

        // Written anew without it: nobody names it any more.
        var anew = TestRegistry.Item(Named() with { Grants = [TestRegistry.Grant()] }, 3);
        Assert.Empty(builder.Apply(TestRegistry.Changes([anew], 3)).Labels.All);
    }

    [Theory]
    [InlineData("{\"id\":\"vip-team\"")]
    [InlineData("{}")]
    [InlineData("")]
    public void Rebuild_UnreadableUseCaseWithoutAWordOfLabels_MakesNoneKnown(string form)
    {
        var broken = TestRegistry.Broken(RegistryKind.UseCase, "vip-team", form);

        Assert.Empty(new RegistrySnapshotBuilder().Rebuild(TestRegistry.Changes([broken, .. Others()])).Labels.All);
    }

    [Fact]
    public void Apply_UseCaseThatIsDeleted_NamesNothingAnyMore()
    {
        var builder = new RegistrySnapshotBuilder();
        builder.Rebuild(TestRegistry.Changes([TestRegistry.Broken(RegistryKind.UseCase, "vip-team", Written()[..^1]), .. Others()]));

        Assert.Empty(builder.Apply(TestRegistry.Changes([TestRegistry.Item(Named(), 2, deleted: true)], 2)).Labels.All);
    }

    private static UseCase Named() =>
        TestRegistry.UseCase("vip-team", grants: TestRegistry.Grant() with { Labels = [$"{Vip.System}|{Vip.Code}"] });

    private static IEnumerable<RegistryItem> Others() =>
        TestRegistry.Open(TestRegistry.UseCase()).Select(static entity => TestRegistry.Item(entity));

    private static string Written() => TestRegistry.Item(Named()).Json;

    private static string Changed(Action<JsonNode> change)
    {
        var json = JsonNode.Parse(Written())!;
        change(json);
        return json.ToJsonString();
    }
}
