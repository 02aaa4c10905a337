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
        var met = new SortedSet<string>(StringComparer.Ordinal);
        for (var step = 1; step <= 200; step++)
        {
            // Found before the change as well: what was never asked for is made anew, not changed.
            met.UnionWith(
                Lists(set).Where(static list => !list.EndsWith(": ", StringComparison.Ordinal)).Select(static list => list.Split(':')[0])
            );
            RegistryItem[] changed = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Any(random, step))];
            set = set.With(step, changed.DistinctBy(static item => (item.Kind, item.Id))).On(step % 2 == 0 ? "line" : null);

            var anew = WorkingSet.Empty.With(step, set.Items());
            Assert.Equal(Lists(anew), Lists(set));
        }

        // By each of them something was found on the way.
        Assert.Equal(Lists(set).Select(static list => list.Split(':')[0]).Distinct().Order(StringComparer.Ordinal), met);
    }

    [Fact]
    public void With_MoreThanIsChangedOneByOne_FindsAllOfIt()
    {
        var set = WorkingSet.Empty.With(1, [ItemOf("first", 1)]);
        Assert.Single(set.ClientsOf("a"));

        var many = Enumerable.Range(0, 1500).Select(i => $"client-{i:0000}").ToList();
        set = set.With(2, many.Select(static id => ItemOf(id, 2)));

        Assert.Equal([.. many, "first"], set.ClientsOf("a").Select(static client => client.Id));
    }

    [Fact]
    public void With_WhatWasNeverThereDeleted_FindsAllElse()
    {
        var set = WorkingSet.Empty.With(1, [ItemOf("one", 1)]);
        Assert.Single(set.ClientsOf("a"));

        set = set.With(2, [Of(RegistryKind.Client, "none", "{}", 2) with { Deleted = true }]);

        Assert.Single(set.ClientsOf("a"));
    }

    private static RegistryItem Any(Random random, int revision)
    {
        var id = $"{random.Next(6)}";
        string One() => Few[random.Next(Few.Length)];
        IRegistryEntity any = random.Next(6) switch
        {
            0 => ClientOf(id, One()),
            1 => new Credential
            {
                Id = id,
                Client = One(),
                Issuer = One(),
                ClientId = One(),
            },
            2 => new Agreement
            {
                Id = id,
                Kind = AgreementKind.Baa,
                Organization = One(),
                Effective = new DateOnly(2026, 1, 1),
                Expires = new DateOnly(2027, 1, 1),
            },
            3 => new Approval
            {
                Id = id,
                Client = One(),
                RequestedBy = "x",
                ApprovedBy = "y",
                ApprovedAt = Now.AddDays(-random.Next(9)),
                Fingerprint = "f",
            },
            4 => new UseCase
            {
                Id = id,
                Title = "t",
                Owner = "o",
                Organization = One(),
                Purposes = ["TREAT"],
                Environment = "test",
                Tenants = ["north"],
                Expires = new DateOnly(2027, 1, 1),
                Status = UseCaseStatus.Approved,
                Grants =
                [
                    new Grant
                    {
                        Types = ["Patient"],
                        Interactions = ["read"],
                        Patients = new PatientScope { Roster = One() },
                    },
                ],
            },
            // This one nobody can read: it is told by the client that it seems to name.
            _ => new Credential { Id = id, Client = One() },
        };
        var json = JsonSerializer.Serialize(any, any.GetType(), RegistryJson.Options);
        json = any is Credential { Issuer: null } ? json.Replace("\"client\"", "\"issuer\":7,\"client\"", StringComparison.Ordinal) : json;
        var kind = Enum.GetValues<RegistryKind>().First(of => RegistryJson.TypeOf(of) == any.GetType());
        return Of(kind, id, json, revision) with { Deleted = random.Next(4) == 0 };
    }

    private static Client ClientOf(string id, string useCase) =>
        new()
        {
            Id = id,
            UseCase = useCase,
            Owner = "o",
            OwnerConfirmed = new DateOnly(2026, 3, 1),
            Environment = "test",
            Status = ClientStatus.Active,
        };

    private static RegistryItem ItemOf(string id, long revision) =>
        Of(RegistryKind.Client, id, RegistryJson.Serialize(ClientOf(id, "a")), revision);

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
                        Told("latest", set.ApprovalOf(name) is { } latest ? [latest.Id] : []),
                        Told("unreadable", set.UnreadableOf(name).Select(static one => $"{one.Kind}/{one.Id}/{one.Version}")),
                        Told("of the roster", set.UseCasesOf(RegistryKind.Roster, name).Select(static one => one.Id)),
                        Told("of the organization", set.UseCasesOf(RegistryKind.Organization, name).Select(static one => one.Id)),
                        .. Few.Select(value => Told("holders", set.HoldersOf(name, value))),
                    ]
            ),
        ];

    private static string Told(string of, IEnumerable<string> ids) => $"{of}: {string.Join(' ', ids)}";
}
