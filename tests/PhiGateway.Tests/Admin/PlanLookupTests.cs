using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.RegistryFiles.Files;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>
/// What a file leaves out is looked up once, however many of its documents hang on it: counted in bytes that pass through the planning thread.
/// </summary>
public sealed class PlanLookupTests
{
    private const double MostOfDouble = 2.5;

    // Of one client, each known by how it proves itself: found among all others.
    [Fact]
    public void Plan_CredentialsWithoutIdsOverAsManyThatAreThere_CostsInProportion()
    {
        CostOfCredentials(10);
        var once = CostOfCredentials(1500);
        var twice = CostOfCredentials(3000);

        Assert.True(twice <= MostOfDouble * once, $"{once} bytes, then {twice}");
    }

    // Of one agreement that is stored and large: its organization is looked up for each.
    [Fact]
    public void Plan_UseCasesOfOneLargeAgreement_CostsInProportion()
    {
        CostOfUseCases(10);
        var once = CostOfUseCases(100);
        var twice = CostOfUseCases(200);

        Assert.True(twice <= MostOfDouble * once, $"{once} bytes, then {twice}");
    }

    [Fact]
    public void Plan_CredentialThatIsThere_KeepsItsId_AndAnotherGetsTheSameOneAgain()
    {
        var file = Read(Credentials(2));
        var set = Written(file, WorkingSet.Empty);
        var ids = set.CredentialsOf("c").Select(static credential => credential.Id).Order(StringComparer.Ordinal).ToList();

        Assert.False(FilePlanner.Plan(Read(Credentials(3)), set, "mary", prune: false).Failed(out _, out var writes));

        Assert.Equal(2, ids.Count);
        Assert.Equal(ids, set.CredentialsOf("c").Select(static credential => credential.Id).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Assert.Single(writes!).Id, ids);
        Assert.False(FilePlanner.Plan(Read(Credentials(3)), WorkingSet.Empty, "mary", prune: false).Failed(out _, out var anew));
        Assert.Equal(3, anew!.Count(static write => write.Kind == PhiGateway.Policy.Registry.RegistryKind.Credential));
    }

    private static long CostOfCredentials(int count)
    {
        var file = Read(Credentials(count));
        var set = Written(file, WorkingSet.Empty);
        Assert.Equal(count, set.CredentialsOf("c").Count());
        return Cost(file, set, writes: 0);
    }

    // Twice as many use cases, and an agreement twice as large.
    private static long CostOfUseCases(int count)
    {
        var agreement = new JsonObject
        {
            ["id"] = "a",
            ["kind"] = "baa",
            ["organization"] = "acme",
            ["effective"] = "2026-01-01",
            ["expires"] = "2027-01-01",
            ["jurisdictions"] = new JsonArray([.. Enumerable.Range(0, 20 * count).Select(static i => JsonValue.Create($"J{i}"))]),
        };
        var set = Written(Read(new JsonObject { ["agreements"] = new JsonArray(agreement) }), WorkingSet.Empty);
        var useCases = Enumerable
            .Range(0, count)
            .Select(static i =>
                (JsonNode)
                    new JsonObject
                    {
                        ["id"] = $"u{i}",
                        ["title"] = "Results",
                        ["owner"] = "mary@hospital.example",
                        ["agreement"] = "a",
                        ["purposes"] = new JsonArray("TREAT"),
                        ["environment"] = "production",
                        ["tenants"] = new JsonArray("north"),
                        ["expires"] = "2026-12-31",
                    }
            );
        return Cost(Read(new JsonObject { ["useCases"] = new JsonArray([.. useCases]) }), set, writes: count);
    }

    private static long Cost(RegistryFile file, WorkingSet set, int writes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(FilePlanner.Plan(file, set, "mary", prune: false).Failed(out var refusal, out var planned), refusal?.Detail);
        var cost = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(writes, planned!.Count);
        return cost;
    }

    private static JsonObject Credentials(int count) =>
        new()
        {
            ["credentials"] = new JsonArray([
                .. Enumerable
                    .Range(0, count)
                    .Select(static i =>
                        (JsonNode)
                            new JsonObject
                            {
                                ["client"] = "c",
                                ["issuer"] = "idp",
                                ["clientId"] = $"x{i}",
                            }
                    ),
            ]),
        };

    private static RegistryFile Read(JsonObject file)
    {
        Assert.False(
            RegistryFile
                .Read(Encoding.UTF8.GetBytes(file.ToJsonString(JsonSerializerOptions.Default)), yaml: false)
                .Failed(out var refusal, out var read),
            refusal?.Detail
        );
        return read!;
    }

    private static WorkingSet Written(RegistryFile file, WorkingSet set)
    {
        Assert.False(FilePlanner.Plan(file, set, "mary", prune: false).Failed(out var refusal, out var writes), refusal?.Detail);
        return set.After(writes!, TestRegistry.Now, "mary");
    }
}
