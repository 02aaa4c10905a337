using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Fetches the current version of resources whose earlier versions are about to be judged: what was restricted since must not leave as it
/// was before.
/// </summary>
internal sealed class VersionLookup(
    Fetch fetch,
    ReferrerLookup referrers,
    HopLookup hopLookup,
    TargetLookup targets,
    GatewayOptions options
)
{
    /// <summary>Whether the answer, or that to an entry of a transaction, holds versions that may not be the current ones.</summary>
    public static bool IsNeeded(GatewayExchange exchange)
    {
        if (exchange.Kind != RequestKind.Transaction)
        {
            return IsNeeded(exchange.Request);
        }

        foreach (var entry in exchange.Entries)
        {
            if (IsNeeded(entry.Request))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Looks up what a vread, or the entries of a transaction, need.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="options">Given back with what was found.</param>
    public async ValueTask<StageResult<AnswerOptions>> LookUpAsync(GatewayExchange exchange, AnswerOptions options)
    {
        if (exchange.Kind != RequestKind.Transaction)
        {
            var current = new CurrentVersions { Files = options.Referrers, Hops = options.Hops };
            var confirmed = await ConfirmNamedAsync(exchange, current);
            return confirmed.Continues ? options with { Current = current } : confirmed;
        }

        var currents = new CurrentVersions?[exchange.Entries.Count];
        for (var i = 0; i < currents.Length; i++)
        {
            var entry = exchange.Entries[i];
            if (!IsNeeded(entry.Request))
            {
                continue;
            }

            // The transaction is done: what cannot be looked up now is not shown. Nor is the history of a whole type.
            currents[i] = new CurrentVersions { Files = options.Referrers, Hops = options.Hops };
            if (entry.Request.Id is not null)
            {
                _ = await ConfirmNamedAsync(entry, currents[i]!);
            }
        }

        return options with
        {
            Currents = currents,
        };
    }

    private static bool IsNeeded(FhirRequest request) => request.Interaction is Interaction.VRead || IsHistory(request);

    /// <summary>Whether a request asks for a history.</summary>
    public static bool IsHistory(FhirRequest request) =>
        request.Interaction is Interaction.HistoryInstance or Interaction.HistoryType or Interaction.HistorySystem;

    /// <summary>
    /// Looks up the one resource that a request names; of one that is no more, the versions that there were, as far as the first page of
    /// its history goes.
    /// </summary>
    public async ValueTask<StageResult> ConfirmNamedAsync(GatewayExchange exchange, CurrentVersions versions)
    {
        var (request, release, context) = (exchange.Request, exchange.Permit.Release, exchange.Ingressed.Route.Language);
        using var named = await fetch.ReadAsync(exchange, $"/{request.Type.Name}/{request.Id}");
        if (named is not Fetched.Absent)
        {
            return await ConfirmAsync(exchange, named, versions, body => versions.TryConfirmNamed(request, body.Span, release, context));
        }

        using var history = await fetch.ReadAsync(exchange, $"/{request.Type.Name}/{request.Id}/_history?_count=50");
        return await ConfirmAsync(
            exchange,
            history,
            versions,
            body =>
            {
                var isRead = versions.TryConsider(body.Span, release, context);
                if (isRead)
                {
                    versions.ConfirmConsidered();
                }

                return isRead;
            }
        );
    }

    /// <summary>
    /// Looks up the current version of everything on one page of a history. What is no more, or is too much, is not confirmed.
    /// </summary>
    public async ValueTask<StageResult> ConfirmPageAsync(GatewayExchange exchange, ReadOnlyMemory<byte> page, CurrentVersions versions)
    {
        var (release, context) = (exchange.Permit.Release, exchange.Ingressed.Route.Language);
        if (!versions.TryConsider(page.Span, release, context))
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "judgement");
        }

        var left = options.Limits.LookedUpVersions;
        foreach (var type in versions.Types)
        {
            foreach (var ids in versions.Unconfirmed(type).Take(left).Chunk(RecordsById.PerSearch))
            {
                left -= ids.Length;
                using var fetched = await fetch.ReadAsync(exchange, RecordsById.PlaceOf(type, ids));
                var confirmed = RecordsById.IsNotServed(fetched)
                    ? await fetch.ReadEachAsync(
                        exchange,
                        type,
                        ids,
                        (one, asked) =>
                            ConfirmAsync(
                                exchange,
                                one,
                                versions,
                                body => versions.TryConfirmNamed(type, asked[0], body.Span, release, context)
                            )
                    )
                    : await ConfirmAsync(exchange, fetched, versions, body => versions.TryConfirm(body.Span, release, context));
                if (!confirmed.Continues)
                {
                    return confirmed;
                }
            }
        }

        return StageResult.Continue;
    }

    // What is not there (any more) is not confirmed.
    private async ValueTask<StageResult> ConfirmAsync(
        GatewayExchange exchange,
        Fetched fetched,
        CurrentVersions versions,
        Func<ReadOnlyMemory<byte>, bool> confirm
    )
    {
        if (fetched is Fetched.Failed failed)
        {
            return Refuse(failed.Reason);
        }

        if (fetched is not Fetched.Found found)
        {
            return StageResult.Continue;
        }

        var beside = await FindBesideAsync(exchange, found.Body, versions);
        if (!beside.Continues)
        {
            return beside;
        }

        return confirm(found.Body) ? StageResult.Continue : Refuse(DenyReason.UnreadableAnswer);
    }

    private async ValueTask<StageResult> FindBesideAsync(GatewayExchange exchange, ReadOnlyMemory<byte> answer, CurrentVersions versions)
    {
        if (versions.Files is { } files)
        {
            await referrers.FindIfMetAsync(exchange, exchange.Request, answer, files);
        }

        versions.KeepBack(await targets.FindKeptAsync(exchange, answer, exchange.Permit.Release));

        return versions.Hops is { } hops
            ? await hopLookup.FindIfMetAsync(exchange, exchange.Request, exchange.Permit.Release, answer, hops)
            : StageResult.Continue;
    }

    private static StageResult Refuse(DenyReason reason) => StageResult.Refuse(reason, "current-version");
}
