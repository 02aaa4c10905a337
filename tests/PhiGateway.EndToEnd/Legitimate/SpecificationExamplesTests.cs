using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.EndToEnd.Legitimate;

/// <summary>
/// Every example of the specification, read and searched for by who may see any patient: it leaves as it is, or stays for a reason that the
/// trail states.
/// </summary>
public sealed class SpecificationExamplesTests
{
    // So many of them speak of somebody who is not there: of what cannot be attributed, the reason stands in the record.
    private const int MostWithheld = 20;

    // Larger ones are definitions, put together; a search of one reads what its read has read.
    private const int Searched = 32 * 1024;

    private static readonly FhirContext Context = new()
    {
        GatewayBase = "https://gw.example/fhir",
        UpstreamBases = ["https://ehr.internal:8443/r4"],
    };

    [Fact]
    public void Filter_EveryExampleOfTheSpecification_LeavesAsItIsOrForAReasonNot()
    {
        var (read, withheld, wrong) = (0, 0, new List<string>());
        foreach (
            var file in Directory.EnumerateFiles(RepositoryPaths.Of("tests", "peers", "node_modules", "hl7.fhir.r4.examples"), "*.json")
        )
        {
            var bytes = File.ReadAllBytes(file);
            if (Identity(bytes) is not { } name)
            {
                continue;
            }

            read++;
            var outcome = Ask(Request(Interaction.Read, name), bytes, bytes);
            if (outcome is null && bytes.Length <= Searched)
            {
                outcome = Ask(Request(Interaction.SearchType, name), SearchSet(bytes), bytes);
            }

            withheld += outcome?.StartsWith("withheld", StringComparison.Ordinal) == true ? 1 : 0;
            if (outcome is not null && !outcome.StartsWith("withheld", StringComparison.Ordinal))
            {
                wrong.Add($"{Path.GetFileName(file)}: {outcome}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(read > 5000, $"{read} examples were found");
        Assert.True(withheld <= MostWithheld, $"{withheld} of {read} examples stay");
    }

    // Null: it left as it is.
    private static string? Ask(FhirRequest request, byte[] answer, byte[] resource)
    {
        var (output, disclosure) = (new ArrayBufferWriter<byte>(), new Disclosure());
        var verdict = AnswerFilter.Filter(request, answer, new AnyPatient(), Context, output, disclosure);
        if (disclosure.Withheld > 0)
        {
            return disclosure.LastWithheld == WithholdReason.None || disclosure.Unread > 0
                ? "no reason"
                : $"withheld {disclosure.LastWithheld}";
        }

        if (verdict is not (AnswerVerdict.Unchanged or AnswerVerdict.Rewritten))
        {
            return verdict.ToString();
        }

        if (verdict == AnswerVerdict.Unchanged || output.WrittenSpan.IndexOf(resource) >= 0)
        {
            return null;
        }

        var left = JsonNode.Parse(output.WrittenSpan);
        left = request.Interaction == Interaction.Read ? left : left!["entry"]![0]!["resource"];
        return JsonNode.DeepEquals(JsonNode.Parse(resource), left) ? null : "changed";
    }

    // What a request can name; and no outcomes, whose words are always the gateway's own.
    private static (ResourceType Type, string Id)? Identity(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return
            document.RootElement.TryGetProperty("resourceType", out var type)
            && ResourceType.TryParse(type.GetString() ?? string.Empty, out var known)
            && known != ResourceType.OperationOutcome
            && document.RootElement.TryGetProperty("id", out var id)
            && FhirId.IsValid(id.GetString()!)
            ? (known, id.GetString()!)
            : null;
    }

    private static FhirRequest Request(Interaction interaction, (ResourceType Type, string Id) name) =>
        new()
        {
            Canonical = new CanonicalRequest("GET", "/fhir", [], []),
            Interaction = interaction,
            Type = name.Type,
            Id = interaction == Interaction.Read ? name.Id : null,
            Parts = [],
            Template = "test",
        };

    private static byte[] SearchSet(byte[] resource) =>
        [
            .. Encoding.UTF8.GetBytes("""{"resourceType":"Bundle","type":"searchset","total":1,"entry":[{"resource":"""),
            .. resource,
            .. "}]}"u8,
        ];

    /// <summary>The hospital's own, who may see anybody and whatever cannot name anybody unread.</summary>
    private sealed class AnyPatient : ReleasePolicy
    {
        public override ResourceTypeSet Types => ResourceTypeSet.All;

        public override IReadOnlyList<SecurityLabel> KnownLabels => [];

        public override IReadOnlyList<string> ParametersNeeded(ResourceType type) => [];

        public override ElementSet ElementsOf(ResourceType type) => ElementSet.All;

        public override ReleaseVerdict Judge(ResourceFacts facts)
        {
            if (facts.Unjudgeable)
            {
                return ReleaseVerdict.Withheld(WithholdReason.Unjudgeable);
            }

            return facts is { Owner: OwnerState.Undetermined, NamesNoPatient: false }
                ? ReleaseVerdict.Withheld(WithholdReason.UndeterminedPatient)
                : ReleaseVerdict.Released(ElementSet.All, "test/1");
        }
    }
}
