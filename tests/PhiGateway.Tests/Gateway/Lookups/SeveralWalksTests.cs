using System.Text.RegularExpressions;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Lookups;

/// <summary>
/// Each chain of a search is decided by itself: that one cannot be looked at, or that a server does not search a type, opens no other; what
/// looking costs has an end, and at its end the answer is a refusal.
/// </summary>
public sealed partial class SeveralWalksTests : IDisposable
{
    private const string Refrain = "http://terminology.hl7.org/CodeSystem/v3-ActCode|NODSCLCD";
    private const string Own = "https://hospital.example/labels|VIP";
    private const string Narrow = "reason-reference:Condition.code=B20";
    private const string Broad = "subject:Patient.birthdate=lt2100-01-01";
    private const string Deep = "encounter:Encounter.diagnosis:Condition.code=B20";

    private readonly Dictionary<string, string[]> _records = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _refusing = new(StringComparer.Ordinal);
    private StageWorld? _world;

    public void Dispose() => _world?.Dispose();

    // The narrow one is looked at whole, and one of its records stays, for a label that no server was asked about.
    [Theory]
    [InlineData(Own)]
    [InlineData(Refrain)]
    public async Task Run_OneChainTooBroad_DoesNotOpenAnother(string label)
    {
        Hold("Condition", Condition("c1", label), Condition("c2", null));
        Hold("Patient", Many("Patient"));

        var (refusal, sent) = await AskAsync($"{Narrow}&{Broad}");

        Assert.Null(refusal);
        Assert.Contains("reason-reference=Condition/c2", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("c1", sent, StringComparison.Ordinal);
        Assert.Contains(Broad, sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SeveralChainsOverWhatLeaves_GoAsTheyAre()
    {
        Hold("Condition", Condition("c1", null));
        Hold("Patient", Many("Patient"));

        var (refusal, sent) = await AskAsync($"{Narrow}&{Broad}");

        Assert.Null(refusal);
        Assert.Contains($"{Narrow}&{Broad}", sent, StringComparison.Ordinal);
    }

    // What comes after the budget (four times that of a client of whom some is withheld) is not looked at, and so does not go.
    [Theory]
    [InlineData(1, "chain-too-broad")]
    [InlineData(2, null)]
    public async Task Run_BudgetOfSearchesSpent_IsRefused(int budget, string? refused)
    {
        Hold("Condition", Condition("c1", null));
        Hold("Patient", """{"resource":{"resourceType":"Patient","id":"17"}}""");

        var (refusal, sent) = await AskAsync($"{Broad}&{Broad}&{Broad}&{Broad}&{Narrow}", budget);

        Assert.Equal(refused, refusal?.Code);
        Assert.Equal(refused is null, sent.Length > 0);
    }

    // However many chains, and however many types each of them may lead to.
    [Fact]
    public async Task Run_ManyChainsThatAreTooBroad_CostNoMoreThanTheBudgets()
    {
        const int Budget = 4;
        Hold("Patient", Many("Patient"));

        var (refusal, _) = await AskAsync(string.Join('&', Enumerable.Repeat(Broad, 40)), Budget);

        Assert.Equal(DenyReason.ChainTooBroad, refusal);
        Assert.InRange(_world!.Upstream.Calls.Count, 1, 8 * Budget);
    }

    // The first link is too broad to be looked at; what its own chain leads over was, and some of it stays.
    [Theory]
    [InlineData(Own, "chain-too-broad")]
    [InlineData(null, null)]
    public async Task Run_DeeperLinkOverARecordThatStays_IsNotOpenedByTheFirst(string? label, string? refused)
    {
        Hold("Condition", Condition("c1", label));
        Hold("Encounter", Many("Encounter"));

        var (refusal, sent) = await AskAsync(Deep);

        Assert.Equal(refused, refusal?.Code);
        Assert.Equal(refused is null, sent.Contains(Deep, StringComparison.Ordinal));
    }

    // Both links are too broad: the server is asked about the records of each.
    [Theory]
    [InlineData(true, "chain-too-broad")]
    [InlineData(false, null)]
    public async Task Run_DeeperLinkTooBroad_IsAskedAboutToo(bool bearsRefrain, string? refused)
    {
        Hold("Condition", [.. Many("Condition"), .. bearsRefrain ? [Condition("c1", Refrain)] : (string[])[]]);
        Hold("Encounter", Many("Encounter"));

        var (refusal, _) = await AskAsync(Deep);

        Assert.Equal(refused, refusal?.Code);
    }

    // Of the types that a chain may lead to, one that the server does not search holds nothing; the others are looked at all the same.
    [Theory]
    [InlineData(400, null)]
    [InlineData(404, null)]
    [InlineData(422, null)]
    [InlineData(404, Own)]
    [InlineData(500, null)]
    public async Task Run_OneOfSeveralTypesIsNotSearched_IsOverTheOthers(int status, string? label)
    {
        const string Chain = "subject.identifier=x";
        _refusing["Group"] = status;
        Hold("Patient", Labelled("""{"resourceType":"Patient","id":"17"}""", label));

        var (refusal, sent) = await AskAsync(Chain);

        Assert.Equal(status == 500, refusal is not null);
        Assert.Equal(status != 500 && label is null, sent.Contains(Chain, StringComparison.Ordinal));
        Assert.Equal(label is not null, sent.Contains("gateway.found-nothing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(404, null)]
    [InlineData(422, null)]
    [InlineData(500, "upstream-refused")]
    public async Task Run_OneOfSeveralTypesIsNotSearchedForAConfinedClient_FindsTheOthers(int status, string? refused)
    {
        _refusing["Group"] = status;
        Hold("Patient", """{"resource":{"resourceType":"Patient","id":"17"}}""");

        var (refusal, sent) = await AskAsync("subject.identifier=x", grant: Everything() with { Confidentiality = "R" });

        Assert.Equal(refused, refusal?.Code);
        Assert.Equal(refused is null, sent.Contains("subject=Patient/17", StringComparison.Ordinal));
    }

    // What is nobody's tells of nobody: of the types that a chain leads to it is not looked at while nothing is hidden.
    [Fact]
    public async Task Run_OfTheTypesSomeAreNobodys_LooksAtTheOthersOnly()
    {
        const string Chain = "performer.name=x";
        string[] types = ["Procedure", "Practitioner", "PractitionerRole", "Organization", "Patient", "RelatedPerson", "Device"];

        var (refusal, sent) = await AskAsync(Chain, grant: Everything() with { Types = types });

        Assert.Null(refusal);
        Assert.Contains(Chain, sent, StringComparison.Ordinal);
        Assert.DoesNotContain(_world!.Upstream.Lines, static line => line.StartsWith("GET /Practitioner", StringComparison.Ordinal));
    }

    // That another client is permitted a label says that there are records which bear it: the server is asked for it, by name.
    [Theory]
    [InlineData(true, "chain-too-broad")]
    [InlineData(false, null)]
    public async Task Run_TooManyToLookAt_AreAskedForLabelsOfTheRegistryToo(bool isBorne, string? refused)
    {
        var labelled = Labelled("""{"resourceType":"Patient","id":"vip"}""", Own);
        Hold("Patient", [.. Many("Patient"), .. isBorne ? [labelled] : (string[])[]]);

        var (refusal, _) = await AskAsync(Broad, others: Everything() with { Labels = [Own] });

        Assert.Equal(refused, refusal?.Code);
    }

    private void Hold(string type, params string[] entries) => _records[type] = entries;

    private async Task<(DenyReason? Refusal, string Sent)> AskAsync(
        string chains,
        int budget = 32,
        Grant? grant = null,
        Grant? others = null
    )
    {
        _world = new StageWorld(null, options => options.Limits.WalkedSearches = budget, grant ?? Everything());
        var staff = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        _world.Publish(
            TestRegistry.Build([
                .. TestRegistry.Open(TestRegistry.UseCase(grants: grant ?? Everything()), organization: staff),
                .. others is null ? [] : (UseCase[])[TestRegistry.UseCase("other", grants: others)],
            ])
        );

        _world.Route = _world.Route! with { SelfLinks = SelfLinkRule.Ignored };
        _world.Upstream.Otherwise = () => Answer(Uri.UnescapeDataString(_world.Upstream.Calls[^1].PathAndQuery));
        using var exchange = _world.Open("GET", $"/fhir/Procedure?patient=17&{chains}");
        var result = await _world.WalkAsync(exchange, "Forward");
        var sent = _world.Upstream.Lines.LastOrDefault(static line => line.StartsWith("GET /Procedure", StringComparison.Ordinal));
        return (result.Refusal, Uri.UnescapeDataString(sent ?? string.Empty));
    }

    private UpstreamReply Answer(string asked)
    {
        var type = asked[1..].Split('?')[0];
        if (_refusing.TryGetValue(type, out var status))
        {
            return RecordingUpstream.Reply(status, "{}", KnownMediaTypes.FhirJson);
        }

        var codes = Security().Match(asked).Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var found = _records
            .GetValueOrDefault(type, [])
            .Where(one => codes.Length == 0 || codes.Any(code => one.Contains($"\"{code.Split('|')[^1]}\"", StringComparison.Ordinal)));
        return RecordingUpstream.Reply(
            200,
            $$"""{"resourceType":"Bundle","type":"searchset","link":[{{Next(asked, codes)}}],"entry":[{{string.Join(',', found)}}]}""",
            KnownMediaTypes.FhirJson
        );
    }

    // What there is very much of goes on and on.
    private string Next(string asked, string[] codes) =>
        codes.Length == 0 && _records.GetValueOrDefault(asked[1..].Split('?')[0], []).Length >= 150
            ? """{"relation":"next","url":"http://fhir.example/r4?page=2"}"""
            : string.Empty;

    private static Grant Everything() =>
        new()
        {
            Types = ["Procedure", "Condition", "Encounter", "Patient", "Group"],
            Interactions = ["read", "search"],
            Patients = new PatientScope { Any = true },
            Confidentiality = "V",
            Labels = ["_ActInformationSensitivityPolicy", "_EntitySensitivityPolicyType", "_RoleInformationSensitivityPolicy"],
        };

    private static string[] Many(string type) =>
        [
            .. Enumerable
                .Range(0, 150)
                .Select(i => $$"""{"resource":{"resourceType":"{{type}}","id":"m{{i}}","subject":{"reference":"Patient/17"} } }""")
                .Select(entry =>
                    type == "Patient" ? entry.Replace(",\"subject\":{\"reference\":\"Patient/17\"}", "", StringComparison.Ordinal) : entry
                ),
        ];

    private static string Condition(string id, string? label) =>
        Labelled(
            $$$"""{"resourceType":"Condition","id":"{{{id}}}","code":{"coding":[{"code":"B20"}]},"subject":{"reference":"Patient/17"}}""",
            label
        );

    private static string Labelled(string resource, string? label)
    {
        var security = label is null
            ? string.Empty
            : $$$""","meta":{"security":[{"system":"{{{label.Split('|')[0]}}}","code":"{{{label.Split('|')[1]}}}"}]}""";
        return $$"""{"resource":{{resource[..^1]}}{{security}} } }""";
    }

    [GeneratedRegex("_security=([^&]*)")]
    private static partial Regex Security();
}
