using System.Text;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Changes;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Scopes;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Fhir.Requests;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>Mutates known requests and scopes with a fixed seed: the readers may refuse, and never throw.</summary>
public sealed class ReaderFuzzTests(ITestOutputHelper output)
{
    private const int Runs = 60_000;
    private const string Alphabet =
        "/?&=%+:;.,|\\$*_-#@ ~{}[]\"'<>^`!()0123456789abcdefABCDEFPatientObservation\u0000\r\n\u00e4\u212a\ud800";

    [Fact]
    public void Read_MutatedRequests_NeverThrow()
    {
        var random = new Random(20260101);
        var seeds = AttackCorpusTests
            .Files.SelectMany(row => CorpusEntry.Load(row.Data))
            .SelectMany(entry => new[] { entry.Attack, entry.Twin })
            .Where(seed => seed.Target.Length < 400)
            .ToArray();
        var (understood, refused) = (0, 0);
        for (var run = 0; run < Runs; run++)
        {
            var seed = seeds[random.Next(seeds.Length)];
            var target = Mutate(seed.Target, random);
            var body = seed.Body is { Length: < 4000 } text ? Encoding.UTF8.GetBytes(Mutate(text, random)) : [];
            if (
                CanonicalReader.Read(seed.Method, target, "/fhir").TryGet(out var line, out _)
                && FhirRequestReader
                    .Read(line, seed.ToHeaders(), body, RequestFixture.Context, RequestFixture.Scanner)
                    .TryGet(out var request, out _)
            )
            {
                understood++;
                Send(request);
            }
            else
            {
                refused++;
            }
        }

        output.WriteLine($"{Runs} requests: {understood} understood, {refused} refused");
        Assert.True(understood > 1000 && refused > 1000);
    }

    // As the host would, with a match for every condition and with none.
    private static void Send(FhirRequest request)
    {
        if (request.Handle is not null || request is { OwnCondition: null, Conditions.Count: > 0 })
        {
            return;
        }

        if (request.OwnCondition is { } condition)
        {
            _ = UpstreamCallFactory.Create(condition.Search, RequestFixture.Permit());
            if (
                ConditionalWrite.OnNone(request) is { } none
                && ConditionalWrite.Read(none, request, RequestFixture.Context).TryGet(out var created, out _)
            )
            {
                Send(created);
            }

            if (
                ConditionalWrite
                    .Read(ConditionalWrite.OnMatch(request, "found"), request, RequestFixture.Context)
                    .TryGet(out var changed, out _)
            )
            {
                Send(changed);
            }

            return;
        }

        // An entry that could not be read has no way upstream.
        foreach (var entry in request.Entries.Where(static entry => entry.Unread is null))
        {
            Send(entry);
        }

        if (request.Interaction == Interaction.Transaction)
        {
            var forms = request
                .Entries.Select(static entry => entry.OwnCondition is null ? null : ConditionalWrite.OnMatch(entry, "found"))
                .ToArray();
            var references = request
                .Entries.SelectMany(static entry => entry.Conditions)
                .Where(static one => one.Reference is not null)
                .Select(static one => one.Reference!)
                .Distinct()
                .ToDictionary(static text => text, static _ => "Patient/found");
            if (TransactionForms.Read(request, forms, references, RequestFixture.Context).TryGet(out var plain, out _))
            {
                Assert.All(plain.Entries, static entry => Assert.Empty(entry.Conditions));
                _ = UpstreamCallFactory.CreateTransaction(
                    plain,
                    [.. plain.Entries.Select(static entry => UpstreamCallFactory.Create(Applied(entry), RequestFixture.Permit()))]
                );
            }
        }
        else if (request.Interaction is not (Interaction.Batch or Interaction.Capabilities))
        {
            _ = UpstreamCallFactory.Create(Applied(request), RequestFixture.Permit());
        }
    }

    // A patch that is applied here goes upstream as what it comes to.
    private static FhirRequest Applied(FhirRequest request) =>
        request.Patch is { IsAppliedHere: true } patch
        && patch.Apply("""{"resourceType":"Observation","id":"1"}"""u8, 10_000, out var result) == PatchOutcome.Applied
            ? request.WithPatched(result)
            : request.WithPatched("{}"u8.ToArray());

    [Fact]
    public void Read_MutatedScopes_NeverThrow()
    {
        var random = new Random(20260102);
        string[] seeds =
        [
            "patient/Observation.rs",
            "system/*.cruds openid",
            "user/Condition.read?category=http://x|y&clinical-status=active",
            "http://smarthealthit.org/fhir/scopes/patient/Patient.r launch/patient",
        ];
        var granted = 0;
        for (var run = 0; run < Runs; run++)
        {
            granted += SmartScopeReader.Read(Mutate(seeds[random.Next(seeds.Length)], random)).Scopes.Count;
        }

        output.WriteLine($"{Runs} scopes: {granted} grants");
        Assert.True(granted > 1000);
    }

    private static string Mutate(string text, Random random)
    {
        var mutated = new StringBuilder(text);
        for (var change = random.Next(4); change > 0; change--)
        {
            var at = random.Next(mutated.Length + 1);
            switch (random.Next(4))
            {
                case 0:
                    mutated.Insert(at, Alphabet[random.Next(Alphabet.Length)]);
                    break;
                case 1 when at < mutated.Length:
                    mutated.Remove(at, 1);
                    break;
                case 2 when at < mutated.Length:
                    mutated[at] = Alphabet[random.Next(Alphabet.Length)];
                    break;
                default:
                    mutated.Insert(at, text.AsSpan(random.Next(text.Length + 1)));
                    break;
            }
        }

        return mutated.ToString();
    }
}
