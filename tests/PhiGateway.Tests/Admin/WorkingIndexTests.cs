using System.Text.Json;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What is found in a registry does not hang on the changes by which it came to be.</summary>
public sealed class WorkingIndexTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Few = ["a", "b", "c", "d"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void With_ChangesOneByOne_FindsWhatASetMadeAtOnceFinds(int seed)
    {
        var random = new Random(seed);
        var set = WorkingSet.Empty;
        for (var step = 1; step <= 200; step++)
        {
            // Found before the change as well: what was never asked for is made anew, not changed.
            Assert.NotEmpty(Lists(set));
            RegistryItem[] changed = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Any(random, step))];
            set = set.With(step, changed.DistinctBy(static item => (item.Kind, item.Id))).On(step % 2 == 0 ? "line" : null);

            var anew = WorkingSet.Empty.With(step, set.Items());
            Assert.Equal(Lists(anew), Lists(set));
        }
    }

    [Fact]
    public void With_MoreThanIsChangedOneByOne_FindsAllOfIt()
    {
        var set = WorkingSet.Empty.With(1, [Of(RegistryKind.Client, "first", """{"id":"first","useCase":"a","owner":"o"}""", 1)]);
        Assert.Single(set.ClientsOf("a"));

        var many = Enumerable.Range(0, 1500).Select(i => $"client-{i:0000}").ToList();
        set = set.With(2, many.Select(id => Of(RegistryKind.Client, id, $$"""{"id":"{{id}}","useCase":"a","owner":"o"}""", 2)));

        Assert.Equal([.. many, "first"], set.ClientsOf("a").Select(static client => client.Id));
    }

    [Fact]
    public void With_WhatWasNeverThereDeleted_FindsAllElse()
    {
        var set = WorkingSet.Empty.With(1, [Of(RegistryKind.Client, "one", """{"id":"one","useCase":"a","owner":"o"}""", 1)]);
        Assert.Single(set.ClientsOf("a"));

        set = set.With(2, [Of(RegistryKind.Client, "none", "{}", 2) with { Deleted = true }]);

        Assert.Single(set.ClientsOf("a"));
    }

    private static RegistryItem Any(Random random, int revision)
    {
        var id = $"{random.Next(6)}";
        string One() => Few[random.Next(Few.Length)];
        (RegistryKind Kind, object Document) any = random.Next(7) switch
        {
            0 => (
                RegistryKind.Client,
                new
                {
                    id,
                    useCase = One(),
                    owner = "o",
                }
            ),
            1 => (
                RegistryKind.Credential,
                new
                {
                    id,
                    client = One(),
                    issuer = One(),
                    clientId = One(),
                }
            ),
            2 => (
                RegistryKind.Agreement,
                new
                {
                    id,
                    kind = "baa",
                    organization = One(),
                    effective = "2026-01-01",
                }
            ),
            3 => (
                RegistryKind.Approval,
                new
                {
                    id,
                    client = One(),
                    requestedBy = "x",
                    approvedBy = "y",
                    approvedAt = $"2026-01-0{random.Next(1, 9)}T00:00:00Z",
                    fingerprint = "f",
                }
            ),
            // This one nobody can read: it is told by the client that it seems to name.
            4 => (
                RegistryKind.Credential,
                new
                {
                    id,
                    client = One(),
                    issuer = 7,
                }
            ),
            5 => (
                RegistryKind.UseCase,
                new
                {
                    id,
                    title = "t",
                    owner = "o",
                    organization = One(),
                    purposes = Few,
                    grants = new[]
                    {
                        new
                        {
                            types = Few,
                            interactions = Few,
                            patients = new { roster = One() },
                        },
                    },
                }
            ),
            _ => (RegistryKind.Client, new { id, useCase = (string?)null }),
        };
        return Of(any.Kind, id, JsonSerializer.Serialize(any.Document), revision) with { Deleted = random.Next(4) == 0 };
    }

    private static RegistryItem Of(RegistryKind kind, string id, string json, long revision) =>
        new(kind, id, revision, revision, json, Now, "test", false);

    private static List<string> Lists(WorkingSet set) =>
        [
            .. Few.SelectMany(name =>
                (string[])
                    [
                        Told("clients", set.ClientsOf(name).Select(static one => one.Id)),
                        Told("credentials", set.CredentialsOf(name).Select(static one => one.Id)),
                        Told("agreements", set.AgreementsOf(name).Select(static one => one.Id)),
                        Told("approvals", set.ApprovalsOf(name).Select(static one => one.Id)),
                        Told("latest", [set.ApprovalOf(name)?.Id ?? "none"]),
                        Told("unreadable", set.UnreadableOf(name).Select(static one => $"{one.Kind}/{one.Id}/{one.Version}")),
                        Told("of the roster", set.UseCasesOf(RegistryKind.Roster, name).Select(static one => one.Id)),
                        Told("of the organization", set.UseCasesOf(RegistryKind.Organization, name).Select(static one => one.Id)),
                        .. Few.Select(value => Told("holders", set.HoldersOf(name, value))),
                    ]
            ),
        ];

    private static string Told(string of, IEnumerable<string> ids) => $"{of}: {string.Join(' ', ids)}";
}
