using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Settle;

/// <summary>
/// Finds out which patients a written resource belongs to that speaks of others (a Provenance of its targets): from the entries beside it,
/// and by looking up what it names. What the client may neither read nor write counts as not there.
/// </summary>
internal sealed class TargetAttribution(Fetch fetch, TargetLookup lookup)
{
    private const string Detail = "targets";

    /// <summary>Whether a write waits for what it speaks of.</summary>
    public static bool IsNeeded(GatewayExchange exchange) => EarlyDecision.SpeaksOfOthers(exchange.Request);

    /// <summary>Completes the facts of what is written, as far as that can be done; a refusal where the upstream could not be asked.</summary>
    /// <param name="exchange">A request of its own, or an entry of a bundle.</param>
    /// <param name="parts">Its parts.</param>
    /// <param name="body">What is written.</param>
    public async ValueTask<StageResult> CompleteAsync(GatewayExchange exchange, IReadOnlyList<AccessPart> parts, ReadOnlyMemory<byte> body)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            if (WrittenTargets.AreNeeded(parts[i]))
            {
                var completed = await CompleteAsync(exchange, parts[i].Body!, body);
                if (!completed.Continues)
                {
                    return completed;
                }
            }
        }

        return StageResult.Continue;
    }

    private async ValueTask<StageResult> CompleteAsync(GatewayExchange exchange, ResourceFacts facts, ReadOnlyMemory<byte> body)
    {
        // What another entry of a batch did by now may have changed what was found for it.
        var transaction = exchange.Bundle is { Kind: RequestKind.Transaction } bundle ? bundle : null;
        var spokenOf = (transaction ?? exchange).Named.SpokenOf;
        var language = exchange.Ingressed.Route.Language;
        var most = Math.Max(language.MaxTargets, language.MaxBundleEntries);
        if (WrittenTargets.Read(facts, body, transaction?.Request.Entries ?? [], spokenOf, language) is not { } targets)
        {
            return StageResult.Continue;
        }

        var missing = targets.FindMissing();
        if (missing.Sum(static group => group.Value.Length) > language.MaxTargets)
        {
            return StageResult.Refuse(DenyReason.RequestTooCostly, Detail);
        }

        foreach (var (type, ids) in missing)
        {
            foreach (var some in ids.Chunk(RecordsById.PerSearch))
            {
                // Security: as many as a transaction has entries, not as many as all of them together can name.
                var looked = await fetch.ReadAsync(
                    exchange,
                    type,
                    some,
                    (fetched, _) =>
                        spokenOf.Asked++ < most
                            ? TakeAsync(exchange, targets, type, fetched)
                            : new(StageResult.Refuse(DenyReason.RequestTooCostly, Detail))
                );
                if (!looked.Continues)
                {
                    return looked;
                }
            }

            targets.End(type, ids);
        }

        targets.Conclude();
        return StageResult.Continue;
    }

    private async ValueTask<StageResult> TakeAsync(GatewayExchange exchange, WrittenTargets targets, ResourceType type, Fetched fetched)
    {
        switch (fetched)
        {
            case Fetched.Failed failed:
                return StageResult.Refuse(failed.Reason, Detail);
            case Fetched.Found found:
                var read = DecisionMaker.Decide(exchange, [new AccessPart { Interaction = Interaction.Read, Type = type }]);
                var policy = PolicyOf(read);
                var kept = await lookup.FindKeptAsync(exchange, found.Body, policy);
                targets.Take(
                    found.Body.Span,
                    facts => !kept.Contains($"{type.Name}/{facts.Id}") && MaySpeakOf(exchange, read, facts) && Note(exchange, facts),
                    policy
                );
                break;
        }

        return StageResult.Continue;
    }

    // It need not be looked up once more for its name.
    private static bool Note(GatewayExchange exchange, ResourceFacts facts)
    {
        (exchange.Bundle ?? exchange).Named.Allowed.Add($"{facts.Type.Name}/{facts.Id}");
        return true;
    }

    private static ReleasePolicy PolicyOf(StageResult<Permit> read) => read.Continues ? read.Value.Release : ReleasePolicy.Nothing;

    // Who may only write such records may speak of those that it could have written.
    private static bool MaySpeakOf(GatewayExchange exchange, StageResult<Permit> read, ResourceFacts facts) =>
        read.Continues
            ? read.Value.Release.Judge(facts).Reason == WithholdReason.None
            : DecisionMaker
                .Decide(
                    exchange,
                    [
                        new AccessPart
                        {
                            Interaction = Interaction.Create,
                            Type = facts.Type,
                            Body = facts,
                        },
                    ]
                )
                .Continues;
}
