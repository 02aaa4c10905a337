using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using PhiGateway.TokenService.Grants;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>Scopes that are asked for and those that are registered multiply; what is made of them does not.</summary>
public sealed class ScopeProductTests
{
    private const int Most = 64;

    [Fact]
    public void Cut_ManyWideScopesUnderManyWideCeilings_MakesEachWordOnce()
    {
        var types = ResourceType.All.Select(static type => type.Name).Order(StringComparer.Ordinal).ToList();
        var useCase = TestRegistry.UseCase(grants: TestRegistry.Grant() with { Types = types, Interactions = ["read"] });
        string[] letters = ["r", "cr", "ru", "rd", "rs", "cru", "crd", "crs", "rud", "rus", "rds", "crud", "crus", "crds", "ruds", "cruds"];
        string[] registered = [.. Enumerable.Range(0, Most).Select(place => "system/*." + letters[place % letters.Length])];
        string[] users = [.. Enumerable.Range(0, Most).Select(place => "user/*." + letters[place % letters.Length])];
        var asked = string.Join(' ', registered);
        _ = ApprovedScope.Cut(asked, registered, useCase);
        _ = ApprovedScope.CutForPerson(string.Join(' ', users), string.Join(' ', users), users, useCase);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var granted = ApprovedScope.Cut(asked, registered, useCase);
        var forPerson = ApprovedScope.CutForPerson(string.Join(' ', users), string.Join(' ', users), users, useCase);
        var made = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(types.Select(static type => $"system/{type}.r"), granted!.Split(' '));
        Assert.Equal(types.Select(static type => $"user/{type}.r"), forPerson!.Split(' '));

        // Word by word for each pair it was more than fifty times as much.
        Assert.InRange(made, 1, 4_000_000);
    }

    [Fact]
    public void Cut_ScopesThatOverlap_StayWhatEachAsksFor()
    {
        var useCase = TestRegistry.UseCase(
            grants: TestRegistry.Grant() with
            {
                Types = ["Observation", "Patient"],
                Interactions = ["read", "search"],
            }
        );

        var granted = ApprovedScope.Cut("system/Observation.r system/*.rs system/*.r", ["system/*.r", "system/Patient.rs"], useCase);

        Assert.Equal("system/Observation.r system/Patient.r system/Patient.rs", granted);
    }
}
