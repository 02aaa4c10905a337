using System.Buffers;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Settle;

/// <summary>
/// Refuses a write that newly names a Binary resource which its client may not name. Whoever reads a record may read the files that it
/// names, so naming a file must not be a way to it.
/// </summary>
/// <remarks>
/// A Binary may be named by who may read it, by who may write records of the patients that it says it belongs to, and by the transaction
/// that writes it. For all others a foreign one is as one that is not there.
/// </remarks>
internal sealed class NamedBinaryGuard(Fetch fetch, TargetLookup targets, ReferrerLookup referrers, GatewayOptions options)
{
    private const string Detail = "names-binary";

    /// <summary>Whether anything that is written may name a Binary.</summary>
    public static bool IsNeeded(GatewayExchange exchange, in Settled settled)
    {
        var request = settled.Request ?? exchange.Request;
        return WrittenContent.IsLookedInto(request) && BinaryNames.MayBeIn(WrittenContent.Of(request).Span);
    }

    /// <summary>Continues when every Binary that is named may be named.</summary>
    public async ValueTask<StageResult> AskAsync(GatewayExchange exchange, Settled settled)
    {
        var request = settled.Request ?? exchange.Request;
        var context = exchange.Ingressed.Route.Language;
        var body = WrittenContent.Of(request);
        // Of the version that was decided over, and none that was written meanwhile: a name that somebody else may add is not this client's.
        var named = WrittenContent.NewNames(request, PlacesIn(request, body, context), settled.StoredFiles);
        named.ExceptWith(WrittenBeside(exchange));

        if (named.Count > options.Limits.NamedFiles)
        {
            return StageResult.Refuse(DenyReason.RequestTooCostly, Detail);
        }

        // Security: each is looked up with all that names it, and all entries of a bundle together name twenty times as many as there are.
        var counter = exchange.Bundle ?? exchange;
        var most = Math.Max(options.Limits.NamedFiles, context.MaxBundleEntries);
        foreach (var binary in named)
        {
            if (counter.Named.FilesAsked >= most)
            {
                return StageResult.Refuse(DenyReason.RequestTooCostly, Detail);
            }

            if (!await MayNameAsync(exchange, request, body, binary))
            {
                return StageResult.Refuse(DenyReason.PatientUndetermined, Detail);
            }
        }

        return StageResult.Continue;
    }

    private static HashSet<string> PlacesIn(FhirRequest request, ReadOnlyMemory<byte> body, FhirContext context)
    {
        if (request is { Operation: "$validate" } && request.Type == ResourceType.Bundle)
        {
            return BundleNames.FilesIn(body, context);
        }

        return WrittenContent.IsPlacedElsewhere(request)
            ? BinaryNames.InAnyText(body.Span, context, loosely: WrittenContent.IsAppliedElsewhere(request))
            : BinaryNames.Places(body.Span, context);
    }

    private static IEnumerable<string> WrittenBeside(GatewayExchange exchange)
    {
        foreach (var entry in exchange.Bundle is { Kind: RequestKind.Transaction } bundle ? bundle.Entries : [])
        {
            if (entry.Request is { Interaction: Interaction.Update, Id: { } id } update && update.Type == ResourceType.Binary)
            {
                yield return id;
            }
        }
    }

    private async ValueTask<bool> MayNameAsync(GatewayExchange exchange, FhirRequest write, ReadOnlyMemory<byte> body, string id)
    {
        if (OwnRequest.Read(exchange.Ingressed.Route, $"/Binary/{id}") is not { } read)
        {
            return false;
        }

        var decided = DecisionMaker.Decide(exchange, read.Parts);
        var policy = decided.Continues ? decided.Value.Release : ReleasePolicy.Nothing;
        var unattributed = new ResourceFacts
        {
            Type = ResourceType.Binary,
            Id = id,
            NamesNoPatient = true,
            Confidentiality = Confidentiality.Normal,
        };
        // Whoever sees what nobody can attribute gains no file by a name: what hides one hides it from them still. But that it is there is told
        // by a server that looks for what is named, unless to one from whom nothing is hidden.
        var seesNobodys = policy.Judge(unattributed).Reason == WithholdReason.None;
        if (seesNobodys && (!exchange.Ingressed.Route.ChecksReferences || policy.ShowsWhatIsNobodysKnown(ResourceType.Binary)))
        {
            return true;
        }

        (exchange.Bundle ?? exchange).Named.FilesAsked++;
        using var fetched = await fetch.ReadAsync(exchange, $"/Binary/{id}");
        return fetched is Fetched.Found found
            && (
                await MayReadAsync(exchange, read, found.Body, policy, isWhole: !seesNobodys)
                || MayWriteFor(exchange, write, body, found.Body)
            );
    }

    private async ValueTask<bool> MayReadAsync(
        GatewayExchange exchange,
        FhirRequest read,
        ReadOnlyMemory<byte> binary,
        ReleasePolicy policy,
        bool isWhole
    )
    {
        if (ReferenceEquals(policy, ReleasePolicy.Nothing))
        {
            return false;
        }

        var files = new FileReferrers();
        await referrers.FindAsync(exchange, binary, policy, files, isWhole);
        var view = AnswerOptions.Default with { Targets = await targets.FindAsync(exchange, binary, policy), Referrers = files };
        var verdict = AnswerFilter.Filter(
            read,
            binary.Span,
            policy,
            exchange.Ingressed.Route.Language,
            new ArrayBufferWriter<byte>(),
            new Disclosure(),
            view
        );
        return verdict is AnswerVerdict.Unchanged or AnswerVerdict.Rewritten;
    }

    // The record speaks of the patients of the file, too: the same write, were it theirs as well.
    private static bool MayWriteFor(GatewayExchange exchange, FhirRequest write, ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> binary)
    {
        if (write.Interaction == Interaction.Operation)
        {
            // Nobody knows whose record it makes of it.
            return false;
        }

        var context = exchange.Ingressed.Route.Language;
        var (owned, facts) = (new ResourceFacts(), new ResourceFacts());
        if (
            !ResourceScanner.TryScanForDecision(binary.Span, context, owned)
            || owned.Owner != OwnerState.Known
            || !ResourceScanner.TryScanForDecision(body.Span, context, facts)
        )
        {
            return false;
        }

        facts.Owner = OwnerState.Known;
        foreach (var owner in owned.Owners)
        {
            facts.AddOwner(owner);
        }

        var part = write.Parts[0] with { Interaction = Interaction.Create, Id = null, Body = facts, StoredState = StoredState.Unknown };
        return DecisionMaker.Decide(exchange, [part]).Continues
            || DecisionMaker.Decide(exchange, [part with { Interaction = Interaction.Update, StoredState = StoredState.Absent }]).Continues;
    }
}
