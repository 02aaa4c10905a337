using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Fetches the records on which the Slots of an answer (and their kin) hang, so that these can be judged by whose those are. Nothing of
/// what is fetched leaves, so that its client need not be one that may read it.
/// </summary>
internal sealed class HopLookup(Fetch fetch, GatewayOptions options)
{
    private const string Detail = "hangs-on";

    /// <summary>Looks up what an answer, or a page of it, needs; nothing where it holds nothing of the kind.</summary>
    /// <param name="exchange">The client's request.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="policy">The judge of the answer.</param>
    /// <param name="answer">One resource, or a Bundle.</param>
    /// <param name="hops">Receives what was found out; what is beyond the bound stays unknown, and what hangs on it is withheld.</param>
    public ValueTask<StageResult> FindIfMetAsync(
        GatewayExchange exchange,
        FhirRequest request,
        ReleasePolicy policy,
        ReadOnlyMemory<byte> answer,
        HopTargets hops
    ) => HopTargets.Matter(request, policy, answer.Span) ? FindAsync(exchange, policy, answer, hops) : new(StageResult.Continue);

    /// <summary>The same where it is known that there is something of the kind.</summary>
    public async ValueTask<StageResult> FindAsync(
        GatewayExchange exchange,
        ReleasePolicy policy,
        ReadOnlyMemory<byte> answer,
        HopTargets hops
    )
    {
        var context = exchange.Ingressed.Route.Language;
        var counter = exchange.Bundle ?? exchange;
        foreach (var (type, all) in hops.FindMissing(answer.Span, policy, context))
        {
            foreach (var ids in all.Chunk(RecordsById.PerSearch))
            {
                // The first costs no more than a Provenance's targets do.
                if (hops.Searches++ > 0 && counter.WalkedSearches++ >= options.Limits.WalkedSearches)
                {
                    return StageResult.Continue;
                }

                var answers = 0;
                var read = await fetch.ReadAsync(
                    exchange,
                    type,
                    ids,
                    (fetched, asked) =>
                    {
                        answers++;
                        return new(Take(hops, type, asked, fetched, policy, context));
                    }
                );
                counter.WalkedSearches += RecordsById.Further(answers);
                if (!read.Continues)
                {
                    return read;
                }
            }
        }

        return StageResult.Continue;
    }

    /// <summary>Looks up what some lines of a file need, twenty records at a time; a refusal where that cannot be had now.</summary>
    /// <param name="exchange">The client's request.</param>
    /// <param name="policy">The judge of the lines.</param>
    /// <param name="lines">Whole lines.</param>
    /// <param name="hops">Receives what was found out.</param>
    public async ValueTask<StageResult> FindInLinesAsync(
        GatewayExchange exchange,
        ReleasePolicy policy,
        ReadOnlyMemory<byte> lines,
        HopTargets hops
    )
    {
        var context = exchange.Ingressed.Route.Language;
        foreach (var (type, all) in hops.FindMissingInLines(lines.Span, policy, context))
        {
            foreach (var ids in all.Chunk(RecordsById.PerSearch))
            {
                var read = await fetch.ReadAsync(
                    exchange,
                    type,
                    ids,
                    (fetched, asked) => new(Take(hops, type, asked, fetched, policy, context))
                );
                if (!read.Continues)
                {
                    return read;
                }
            }
        }

        return StageResult.Continue;
    }

    private static StageResult Take(
        HopTargets hops,
        ResourceType type,
        IReadOnlyList<string> ids,
        Fetched fetched,
        ReleasePolicy policy,
        FhirContext context
    )
    {
        switch (fetched)
        {
            case Fetched.Found found:
                hops.Take(type, ids, found.Body.Span, policy, context);
                return StageResult.Continue;

            // It is not there, the server cannot be asked so, or keeps it from the gateway: whose it is nobody can say.
            case Fetched.Absent
            or Fetched.Failed { Status: 400 or 403 or 422 }:
                hops.Take(type, ids, default, policy, context);
                return StageResult.Continue;
            case Fetched.Failed failed:
                return StageResult.Refuse(failed.Reason, Detail);
            default:
                return StageResult.Refuse(DenyReason.Faulted, Detail);
        }
    }
}
