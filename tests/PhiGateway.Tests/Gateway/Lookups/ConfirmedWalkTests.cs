using System.Text.RegularExpressions;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Lookups;

/// <summary>
/// Who is permitted every sensitivity that HL7 knows may still not see some records: what a chain leads over is not told of those either.
/// </summary>
public sealed partial class ConfirmedWalkTests
{
    private const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    private const string Chain = "reason-reference:Condition.code=B20";

    [Theory]
    [InlineData($"{ActCode}|NODSCLCD")]
    [InlineData($"{ActCode}|HUAPRV")]
    [InlineData("https://hospital.example/labels|VIP")]
    [InlineData("|secret")]
    public async Task Run_ChainOverARecordThatStays_IsOverNothing(string label)
    {
        var (refusal, sent) = await AskAsync(Condition("c1", label));

        Assert.Null(refusal);
        Assert.DoesNotContain("c1", sent, StringComparison.Ordinal);
        Assert.DoesNotContain(":Condition.code", sent, StringComparison.Ordinal);
    }

    // What is found is the same whatever code the record bears that stays.
    [Fact]
    public async Task Run_ChainOverARecordThatStaysAndOneThatLeaves_IsOverTheOther()
    {
        var (_, sent) = await AskAsync(Condition("c1", $"{ActCode}|NOPAT"), Condition("c2", null));

        Assert.Contains("reason-reference=Condition/c2", Uri.UnescapeDataString(sent), StringComparison.Ordinal);
        Assert.DoesNotContain("c1", sent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData($"{ActCode}|HIV")]
    [InlineData($"{ActCode}|AUDIT")]
    public async Task Run_ChainOverRecordsThatLeave_GoesAsItIs(string? label)
    {
        var (refusal, sent) = await AskAsync(Condition("c1", label));

        Assert.Null(refusal);
        Assert.Contains(Chain, Uri.UnescapeDataString(sent), StringComparison.Ordinal);
    }

    // More than can be looked at: the server says whether one of them bears a refrain, and not whether one is of nobody who is known, which
    // a partner is not shown.
    [Theory]
    [InlineData(OrganizationKind.Internal, null, null)]
    [InlineData(OrganizationKind.Internal, $"{ActCode}|NODSCLCD", "chain-too-broad")]
    [InlineData(OrganizationKind.Vendor, $"{ActCode}|NODSCLCD", "chain-too-broad")]
    public async Task Run_ChainOverVeryMany_GoesWhereNoneBearsARefrain(OrganizationKind kind, string? label, string? refused)
    {
        var many = Enumerable.Range(0, 150).Select(static i => Condition($"m{i}", null));
        var (refusal, sent) = await AskAsync(200, kind, [.. many, .. label is null ? [] : (string[])[Condition("c1", label)]]);

        Assert.Equal(refused, refusal?.Code);
        Assert.Equal(refused is null, Uri.UnescapeDataString(sent).Contains(Chain, StringComparison.Ordinal));
    }

    // Whoever is shown what nobody can attribute is told by a chain of it, and nobody else.
    [Theory]
    [InlineData(OrganizationKind.Internal, true)]
    [InlineData(OrganizationKind.Vendor, false)]
    public async Task Run_ChainOverARecordOfNobodyWhoIsKnown_GoesToWhoIsShownIt(OrganizationKind kind, bool goes)
    {
        const string Subject = "\"subject\":{\"reference\":\"Patient/17\"}";
        var nobodys = Condition("c1", null).Replace(Subject, "\"onsetString\":\"x\"", StringComparison.Ordinal);
        var (refusal, sent) = await AskAsync(200, kind, nobodys);

        Assert.Null(refusal);
        Assert.Equal(goes, Uri.UnescapeDataString(sent).Contains(Chain, StringComparison.Ordinal));
    }

    // A server that does not search one of the types a chain may lead to is asked the chain all the same.
    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(422)]
    public async Task Run_ChainToATypeThatIsNotSearched_GoesAsItIs(int status)
    {
        var (refusal, sent) = await AskAsync(status);

        Assert.Null(refusal);
        Assert.Contains(Chain, Uri.UnescapeDataString(sent), StringComparison.Ordinal);
    }

    private static Task<(DenyReason? Refusal, string Sent)> AskAsync(params string[] conditions) => AskAsync(200, conditions);

    private static Task<(DenyReason? Refusal, string Sent)> AskAsync(int status, params string[] conditions) =>
        AskAsync(status, OrganizationKind.Vendor, conditions);

    private static async Task<(DenyReason? Refusal, string Sent)> AskAsync(int status, OrganizationKind kind, params string[] conditions)
    {
        var grant = new Grant
        {
            Types = ["Procedure", "Condition"],
            Interactions = ["read", "search"],
            Patients = new PatientScope { Any = true },
            Confidentiality = "V",
            Labels = ["_ActInformationSensitivityPolicy", "_EntitySensitivityPolicyType", "_RoleInformationSensitivityPolicy"],
        };
        using var world = new StageWorld(null, null, grant);
        var organization = TestRegistry.Organization() with { Kind = kind };
        world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant), organization: organization)));
        world.Route = world.Route! with { SelfLinks = SelfLinkRule.Ignored };
        world.Upstream.Otherwise = () =>
        {
            var asked = Uri.UnescapeDataString(world.Upstream.Calls[^1].PathAndQuery);
            if (status != 200 && asked.StartsWith("/Condition", StringComparison.Ordinal))
            {
                return RecordingUpstream.Reply(status, "{}", KnownMediaTypes.FhirJson);
            }

            var codes = Security().Match(asked).Groups[1].Value.Split(',', StringSplitOptions.RemoveEmptyEntries);
            var found = asked.StartsWith("/Condition", StringComparison.Ordinal)
                ? conditions.Where(one =>
                    codes.Length == 0 || codes.Any(code => one.Contains($"\"{code.Split('|')[^1]}\"", StringComparison.Ordinal))
                )
                : [];
            return RecordingUpstream.Reply(
                200,
                $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{string.Join(',', found)}}]}""",
                KnownMediaTypes.FhirJson
            );
        };
        using var exchange = world.Open("GET", $"/fhir/Procedure?patient=17&{Chain}");
        var result = await world.WalkAsync(exchange, "Forward");
        var sent = world.Upstream.Lines.LastOrDefault(static line => line.StartsWith("GET /Procedure", StringComparison.Ordinal));
        return (result.Refusal, sent ?? string.Empty);
    }

    private static string Condition(string id, string? label)
    {
        var parts = label?.Split('|');
        var system = parts is [{ Length: > 0 } uri, _] ? $"\"system\":\"{uri}\"," : string.Empty;
        var security = parts is null ? string.Empty : $$""","meta":{"security":[{ {{system}}"code":"{{parts[1]}}" }]}""";
        return $$$"""
            {"resource":{"resourceType":"Condition","id":"{{{id}}}"{{{security}}},"code":{"coding":[{"code":"B20"}]},
            "subject":{"reference":"Patient/17"}},"search":{"mode":"match"}}
            """;
    }

    [GeneratedRegex("_security=([^&]*)")]
    private static partial Regex Security();
}
