using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// Whatever stands in a record that is withheld, no byte, header or status of any answer is another: over records made up at random, and by
/// every way that reads.
/// </summary>
public sealed partial class HiddenRecordPropertyTests
{
    private static readonly string[] Targets = [.. MadeUpRecords.Types];

    public static TheoryData<int, bool> Seeds
    {
        get
        {
            var data = new TheoryData<int, bool>();
            for (var seed = 1; seed <= Count; seed++)
            {
                data.Add(seed, seed % 2 == 0);
            }

            return data;
        }
    }

    private static int Count { get; } = int.TryParse(Environment.GetEnvironmentVariable("PHIGW_PROPERTY_SEEDS"), out var count) ? count : 6;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Ask_WhateverStandsInAWithheldRecord_ChangesNothing(int seed, bool isStaff)
    {
        var made = new MadeUpRecords(seed, isStaff);
        var before = made.Records;
        var after = made.Changed();

        foreach (var target in Doors(before))
        {
            Assert.Equal(await AskAsync(before, isStaff, target), await AskAsync(after, isStaff, target));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ask_WhateverStandsInARecordThatLeaves_IsTold(bool isStaff)
    {
        // Of a few seeds: what one of them changes may be shown to nobody.
        var told = 0;
        for (var seed = 1; seed <= 4; seed++)
        {
            var made = new MadeUpRecords(seed, isStaff);
            var after = made.Changed(isHidden: false);
            foreach (var door in Doors(made.Records).Where(static one => one.Target.EndsWith("gt2000", StringComparison.Ordinal)))
            {
                told += await AskAsync(made.Records, isStaff, door) == await AskAsync(after, isStaff, door) ? 0 : 1;
            }
        }

        Assert.NotEqual(0, told);
    }

    private static List<(string Method, string Target, string? Body)> Doors(IReadOnlyList<JsonObject> records)
    {
        var doors = new List<(string, string, string?)>
        {
            ("GET", "/fhir/Patient/17/$everything", null),
            ("GET", "/fhir/Patient/17/$everything?_count=2", null),
        };
        foreach (var type in Targets)
        {
            foreach (
                var query in (string[])["", "&_count=2", "&_summary=count", "&_total=accurate", "&_sort=-_lastUpdated", "&_elements=id"]
            )
            {
                doors.Add(("GET", $"/fhir/{type}?_lastUpdated=gt2000{query}", null));
            }

            doors.Add(("GET", $"/fhir/{type}?_lastUpdated=gt2000&_revinclude=Provenance:target", null));
            doors.Add(("GET", $"/fhir/{type}?_lastUpdated=gt2000&_revinclude=AuditEvent:entity", null));
            doors.Add(("GET", $"/fhir/{type}/_history", null));
            foreach (var include in MadeUpRecords.IncludesOf(type))
            {
                doors.Add(("GET", $"/fhir/{type}?_lastUpdated=gt2000&_include={include}", null));
                doors.Add(("GET", $"/fhir/{type}?_lastUpdated=gt2000&_include={include}&_count=1", null));
            }
        }

        var reads = records.Select(SmallHospital.AddressOf).ToList();
        doors.AddRange(reads.Select(static one => ("GET", "/fhir/" + one, (string?)null)));
        doors.AddRange(reads.Select(static one => ("GET", $"/fhir/{one}/_history", (string?)null)));
        foreach (var type in (string[])["batch", "transaction"])
        {
            var parts = reads.Concat(Targets.Select(static one => one + "?_lastUpdated=gt2000")).Select(Part);
            doors.Add(("POST", "/fhir", $$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{string.Join(',', parts)}}]}"""));
        }

        return doors;
    }

    private static string Part(string url) => $$"""{"request":{"method":"GET","url":"{{url}}"} }""";

    // All pages of it; the seals of what goes on and the numbers of decisions are others each time.
    private static async Task<string> AskAsync(
        IReadOnlyList<JsonObject> records,
        bool isStaff,
        (string Method, string Target, string? Body) door
    )
    {
        using var world = new StageWorld { HandleKey = "the same for all of these worlds, and long" };
        world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: Grant(isStaff)), organization: Who(isStaff))));
        var hospital = new SmallHospital(records);
        world.Upstream.Respond = hospital.Answer;
        var told = new List<string>();
        var (method, target, body) = (door.Method, (string?)door.Target, door.Body);
        for (var page = 0; target is not null && page < 30; page++)
        {
            using var exchange = world.Open(method, target, body);
            var result = await world.WalkAsync(exchange, "Release");
            var response = exchange.Http.Response;
            var written = StageWorld.Written(exchange);
            var headers = response.Headers.Where(static one => one.Key != "X-Request-Id").Select(static one => $"{one.Key}: {one.Value}");
            told.Add(
                $"{result.Refusal?.Code} {response.StatusCode} {string.Join(' ', headers)} {Seal().Replace(written, static one => $"{one.Length} characters")}"
            );
            var next = written.StartsWith('{') ? JsonNode.Parse(written)!["link"] : null;
            var link = next?.AsArray().FirstOrDefault(static one => (string?)one!["relation"] == "next");
            (method, target, body) = ("GET", link is null ? null : new Uri((string)link["url"]!).PathAndQuery, null);
        }

        return $"{door.Method} {door.Target}\n{string.Join('\n', told)}";
    }

    private static Organization Who(bool isStaff) =>
        TestRegistry.Organization() with
        {
            Kind = isStaff ? OrganizationKind.Internal : OrganizationKind.Vendor,
        };

    private static Grant Grant(bool isStaff) =>
        TestRegistry.Grant() with
        {
            Types = [.. Targets.Except(["Flag"])],
            Interactions = ["read", "vread", "history", "search"],
            Operations = ["$everything"],
            Includes = [.. Targets.SelectMany(MadeUpRecords.IncludesOf), "Provenance:target", "AuditEvent:entity"],
            Patients = isStaff ? new PatientScope { Any = true } : new PatientScope { Roster = "orders" },
        };

    [GeneratedRegex("_page=[A-Za-z0-9_.-]+|decision [0-9a-f-]{36}")]
    private static partial Regex Seal();
}
