using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Fetches the current version of resources whose earlier versions are about to be judged: what was restricted since must not leave as it
/// was before.
/// </summary>
internal sealed class VersionLookup(IUpstream upstream, GatewayOptions options)
{
    /// <summary>Ids in one search; fewer than any server gives on a page.</summary>
    private const int PerSearch = 20;

    /// <summary>Resources of one page of a history that are looked up; more are not shown.</summary>
    private const int MostLookedUp = 500;

    /// <summary>Whether the answer, or that to an entry of a transaction, holds versions that may not be the current ones.</summary>
    public static bool IsNeeded(GatewayExchange exchange)
    {
        if (exchange.Request!.Interaction != Interaction.Transaction)
        {
            return IsNeeded(exchange.Request);
        }

        foreach (var entry in exchange.Entries)
        {
            if (IsNeeded(entry.Request!))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Looks up what a vread, or the entries of a transaction, need.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="options">Given back with what was found.</param>
    public async ValueTask<(StageResult Result, AnswerOptions Options)> LookUpAsync(GatewayExchange exchange, AnswerOptions options)
    {
        if (exchange.Request!.Interaction != Interaction.Transaction)
        {
            var current = new CurrentVersions();
            return (await ConfirmNamedAsync(exchange, current), options with { Current = current });
        }

        var currents = new CurrentVersions?[exchange.Entries.Count];
        for (var i = 0; i < currents.Length; i++)
        {
            var entry = exchange.Entries[i];
            if (!IsNeeded(entry.Request!))
            {
                continue;
            }

            // The transaction is done: what cannot be looked up now is not shown. Nor is the history of a whole type.
            currents[i] = new CurrentVersions();
            if (entry.Request!.Id is not null)
            {
                _ = await ConfirmNamedAsync(entry, currents[i]!);
            }
        }

        return (StageResult.Continue, options with { Currents = currents });
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
        var (request, release, context) = (exchange.Request!, exchange.Permit!.Release, exchange.Route!.Language);
        using var body = new PooledBuffer(options.Limits.MaxAnswer);
        var (result, status) = await FetchAsync(exchange, $"/{request.Type.Name}/{request.Id}", body);
        if (result.IsRefused(out _))
        {
            return result;
        }

        if (status == 200)
        {
            return versions.TryConfirmNamed(request, body.Written.Span, release, context)
                ? StageResult.Continue
                : StageResult.Refuse(DenyReason.UnreadableAnswer, "current-version");
        }

        using var history = new PooledBuffer(options.Limits.MaxAnswer);
        (result, status) = await FetchAsync(exchange, $"/{request.Type.Name}/{request.Id}/_history?_count=50", history);
        if (result.IsRefused(out _))
        {
            return result;
        }

        if (status == 200)
        {
            if (!versions.TryConsider(history.Written.Span, release, context))
            {
                return StageResult.Refuse(DenyReason.UnreadableAnswer, "current-version");
            }

            versions.ConfirmConsidered();
        }

        return StageResult.Continue;
    }

    /// <summary>
    /// Looks up the current version of everything on one page of a history. What is no more, or is too much, is not confirmed.
    /// </summary>
    public async ValueTask<StageResult> ConfirmPageAsync(GatewayExchange exchange, ReadOnlyMemory<byte> page, CurrentVersions versions)
    {
        var (release, context) = (exchange.Permit!.Release, exchange.Route!.Language);
        if (!versions.TryConsider(page.Span, release, context))
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "judgement");
        }

        var left = MostLookedUp;
        foreach (var type in versions.Types)
        {
            foreach (var ids in versions.Unconfirmed(type).Take(left).Chunk(PerSearch))
            {
                left -= ids.Length;
                using var body = new PooledBuffer(options.Limits.MaxAnswer);
                var (result, status) = await FetchAsync(exchange, $"/{type.Name}?_id={string.Join(',', ids)}&_count={PerSearch}", body);
                if (result.IsRefused(out _))
                {
                    return result;
                }

                if (status == 200 && !versions.TryConfirm(body.Written.Span, release, context))
                {
                    return StageResult.Refuse(DenyReason.UnreadableAnswer, "current-version");
                }
            }
        }

        return StageResult.Continue;
    }

    private async ValueTask<(StageResult Result, int Status)> FetchAsync(GatewayExchange exchange, string place, PooledBuffer body)
    {
        var sent = await upstream.ReadBesideAsync(place, exchange);
        if (sent.Answer is not { } answer)
        {
            return (StageResult.Refuse(sent.Failure ?? DenyReason.UpstreamUnavailable), 0);
        }

        using (answer)
        {
            if (answer.Status is 404 or 410)
            {
                return (StageResult.Continue, answer.Status);
            }

            if (answer.Status != 200)
            {
                return (StageResult.Refuse(DenyReason.UpstreamRefused, "current-version"), 0);
            }

            return (await answer.ReadAsync(body, exchange.Http.RequestAborted), 200);
        }
    }
}
