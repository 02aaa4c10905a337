using System.Buffers;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using static PhiGateway.Tests.Fhir.Answers.AnswerCases;

namespace PhiGateway.Tests.Fhir.Answers;

public sealed class AnswerFilterPropertyTests
{
    private const string Canary = "CANARY-MUST-STAY";
    private static readonly string[] Kinds =
    [
        "own",
        "foreign",
        "undetermined",
        "labelled",
        "outcome",
        "contained",
        "nested",
        "document",
        "duplicate-free-text",
        "cut",
    ];

    /// <summary>
    /// Whatever bundle is made of allowed and forbidden resources: it is filtered, all that is allowed leaves, nothing that is forbidden.
    /// </summary>
    [Fact]
    public void Filter_AnyMixOfEntries_NeverLetsAForbiddenMarkerOut()
    {
        var bundles = Gen.Elements(Kinds).ListOf().Resize(30).Select(static kinds => kinds.ToArray()).ToArbitrary();
        Prop.ForAll(
                bundles,
                static kinds =>
                {
                    var resources = kinds.Select(static (kind, place) => Resource(kind, "r" + place)).ToArray();
                    var answer = Filter(Search(), SearchSet(resources), Policy);
                    var expected = kinds
                        .Select(static (kind, place) => (kind, place))
                        .Where(static entry => entry.kind is "own" or "cut")
                        .Select(static entry => "r" + entry.place);
                    return answer.Verdict == AnswerVerdict.Rewritten
                        && !answer.Text.Contains(Canary)
                        && answer.Ids.SequenceEqual(expected)
                        && answer.Disclosure.Patients.All(static patient => patient.Value == "1")
                        && answer.Disclosure.Resources.Count == answer.Ids.Count();
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    /// <summary>
    /// Bytes changed, cut, doubled and swapped at random: never an exception, never a forbidden marker, and what leaves is JSON.
    /// </summary>
    [Fact]
    [Trait("Size", "Large")]
    public void Filter_DamagedBundles_NeverThrowsNorLeaks()
    {
        var source = new System.Random(20260501);
        var seed = Encoding.UTF8.GetBytes(SearchSet(Kinds.Select(static (kind, place) => Resource(kind, "r" + place)).ToArray()));
        var output = new ArrayBufferWriter<byte>();
        var disclosure = new Disclosure();
        var verdicts = new int[4];
        for (var round = 0; round < 6_000; round++)
        {
            var body = Damage(seed, source);
            output.ResetWrittenCount();
            disclosure.Reset();
            var verdict = AnswerFilter.Filter(
                round % 2 == 0 ? Search() : Request(Interaction.Operation, "Patient", "1"),
                body,
                Policy,
                Context,
                output,
                disclosure
            );
            verdicts[(int)verdict]++;
            if (verdict == AnswerVerdict.Rewritten)
            {
                using var bundle = JsonDocument.Parse(output.WrittenMemory);
                Assert.True(
                    bundle.RootElement.TryGetProperty("entry", out var entries)
                        ? entries.EnumerateArray().All(static entry => MayLeave(entry.GetProperty("resource")))
                        : true,
                    Encoding.UTF8.GetString(output.WrittenSpan)
                );
            }
        }

        Assert.True(verdicts[(int)AnswerVerdict.Unreadable] > 1_500);
        Assert.True(verdicts[(int)AnswerVerdict.Rewritten] > 150);
    }

    /// <summary>Random bytes and random JSON-like text: never an exception, nothing leaves.</summary>
    [Fact]
    public void Filter_RandomBytes_AreUnreadable()
    {
        var source = new System.Random(7);
        var alphabet = "{}[]:,\"\\ue0aresourceTypePatient idnulltruefalse0123.-+\n\t\0é"u8.ToArray();
        for (var round = 0; round < 3_000; round++)
        {
            var body = new byte[source.Next(0, 60)];
            for (var i = 0; i < body.Length; i++)
            {
                body[i] = round % 3 == 0 ? (byte)source.Next(256) : alphabet[source.Next(alphabet.Length)];
            }

            Assert.Equal(AnswerVerdict.Unreadable, Filter(Read("Patient", "1"), body, TestPolicy.Everything).Verdict);
            Assert.Equal(AnswerVerdict.Unreadable, Filter(Search(), body, TestPolicy.Everything).Verdict);
        }
    }

    private static TestPolicy Policy =>
        new()
        {
            Patients = ["1"],
            Ceiling = Confidentiality.Normal,
            NoLabels = true,
            Elements = { ["Condition"] = ElementSet.Of(["subject", "code"]) },
        };

    private static string Resource(string kind, string id) =>
        kind switch
        {
            "own" => Observation(id, "1", ""","note":[{"text":"may leave"}]"""),
            "foreign" => Observation(id, "12", $$""","note":"{{Canary}}" """),
            "undetermined" => $$"""{"resourceType":"Observation","id":"{{id}}","subject":{"display":"{{Canary}}"} }""",
            "labelled" => Observation(
                id,
                "1",
                $$""","note":"{{Canary}}","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}"""
            ),
            "outcome" => $$"""{"resourceType":"OperationOutcome","id":"{{id}}","issue":[{"diagnostics":"{{Canary}}"}]}""",
            "contained" => Observation(
                id,
                "1",
                $$""","contained":[{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/2"},"code":{"text":"{{Canary}}"} }]"""
            ),
            "nested" =>
                $$"""{"resourceType":"Bundle","id":"{{id}}","type":"collection","entry":[{"resource":{{Observation("n", "2", $$""","note":"{{Canary}}" """)}} }]}""",
            "document" =>
                $$"""{"resourceType":"DocumentReference","id":"{{id}}","subject":{"reference":"urn:uuid:1"},"description":"{{Canary}}"}""",
            "cut" =>
                $$"""{"resourceType":"Condition","id":"{{id}}","subject":{"reference":"Patient/1"},"note":[{"text":"{{Canary}}"}],"text":{"div":"{{Canary}}"} }""",
            _ => $$"""{"resourceType":"Observation","id":"{{id}}","code":{"text":"Patient/1 {{Canary}} subject reference"} }""",
        };

    // Judged anew by other means: a damaged byte may turn the foreign patient into the allowed one, so the marker alone says nothing here.
    private static bool MayLeave(JsonElement resource) =>
        resource.GetProperty("resourceType").GetString() == "OperationOutcome"
            ? resource.GetProperty("issue")[0].GetProperty("code").GetString() == "incomplete"
            : IsOfTheOne(resource);

    private static bool IsOfTheOne(JsonElement resource) =>
        resource.GetProperty("subject").GetProperty("reference").GetString() == "Patient/1"
        && (!resource.TryGetProperty("meta", out var meta) || !meta.TryGetProperty("security", out _))
        && (
            resource.GetProperty("resourceType").GetString() == "Observation"
            || !(resource.TryGetProperty("note", out _) || resource.TryGetProperty("text", out _))
        );

    private static byte[] Damage(byte[] seed, System.Random source)
    {
        var body = seed.ToList();
        for (var blow = source.Next(1, 4); blow > 0; blow--)
        {
            var place = source.Next(body.Count);
            switch (source.Next(5))
            {
                case 0:
                    body[place] = (byte)source.Next(256);
                    break;
                case 1:
                    body.RemoveRange(place, Math.Min(source.Next(1, 40), body.Count - place));
                    break;
                case 2:
                    body.InsertRange(place, body.GetRange(place, Math.Min(source.Next(1, 60), body.Count - place)));
                    break;
                case 3:
                    body[place] = "{}[]:,\"\\"u8[source.Next(8)];
                    break;
                default:
                    body[place] = (byte)('a' + source.Next(26));
                    break;
            }
        }

        return [.. body];
    }
}
