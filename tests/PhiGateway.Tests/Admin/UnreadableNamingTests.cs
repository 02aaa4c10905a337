using System.Text.Json.Nodes;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>
/// A use case that cannot be read names its labels still, to the nodes; whoever deletes or replaces it takes them away like those of any other.
/// </summary>
public sealed class UnreadableNamingTests
{
    private const string Vip = "urn:hosp|VIP";

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(true, "urn:hosp|OTHER", true)]
    [InlineData(true, Vip, false)]
    // Which label it named nobody can say: none that is written takes its place.
    [InlineData(false, Vip, true)]
    public void Find_WriteOverARowThatCannotBeRead_LosesWhatNobodyNamesAnyMore(bool isTold, string? named, bool isLost)
    {
        var wide = TestRegistry.Grant() with { Confidentiality = "V", Labels = StageWorld.EverySensitivity };
        var form = JsonNode.Parse(Naming(Vip))!;
        if (isTold)
        {
            form["holdUntil"] = "2026-01-01";
        }
        else
        {
            form["grants"]![0]!["labels"] = new JsonArray(new JsonObject { ["code"] = "VIP" });
        }

        var before = WorkingSet.Empty.With(
            1,
            [
                .. TestRegistry.Open(TestRegistry.UseCase(grants: wide)).Select(static entity => TestRegistry.Item(entity)),
                TestRegistry.Broken(RegistryKind.UseCase, "vip-care", form.ToJsonString()),
            ]
        );
        Assert.Null(before.Find<UseCase>(RegistryKind.UseCase, "vip-care"));
        RegistryWrite[] writes = [new(RegistryKind.UseCase, "vip-care", named is null ? null : Naming(named), 1)];

        var found = LostLabels.Find(before, before.After(writes, TestRegistry.Now, "nora"), writes);

        Assert.Equal(isLost, found.ContainsKey("connector"));
    }

    private static string Naming(string label) =>
        TestRegistry.Item(TestRegistry.UseCase("vip-care", grants: TestRegistry.Grant() with { Labels = [label] })).Json;
}
