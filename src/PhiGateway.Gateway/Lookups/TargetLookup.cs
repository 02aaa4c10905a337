using System.Collections.Frozen;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Fetches what a Provenance (or its kin) speaks of, when it was read alone, or stands on a page without it: each target is decided and
/// judged as a read of its own by the same client.
/// </summary>
internal sealed class TargetLookup(Fetch fetch, SnapshotHolder snapshots, GatewayOptions options, TimeProvider clock)
{
    private const string Detail = "speaks-of";

    // Of one resource, or as many as one may be written with; of those beyond, nothing is known.
    private const int MostOfOne = 200;

    // More than the lines of a file that are judged together name, but for one that names an unlikely number.
    private const int MostOfLines = 5000;

    // Times that what was looked up is found to speak of others in its turn, and those are looked up too.
    private const int MostSteps = 3;

    /// <summary>
    /// Looks up what is needed; what is not there, or the client may not read at all, stays unknown. What is beyond the bound, or cannot be
    /// looked up now, keeps back what speaks of it, where any record of its type could stay.
    /// </summary>
    /// <param name="exchange">The client's request.</param>
    /// <param name="resource">The resource, whole.</param>
    /// <param name="policy">Its judge.</param>
    public async ValueTask<KnownTargets> FindAsync(GatewayExchange exchange, ReadOnlyMemory<byte> resource, ReleasePolicy policy)
    {
        var known = new KnownTargets();
        var context = exchange.Ingressed.Route.Language;
        var left = Math.Max(MostOfOne, context.MaxTargets);
        var named = KnownTargets.Find(resource.Span, policy, context);
        for (var step = 0; named.Count > 0; step++)
        {
            foreach (var (type, all) in named)
            {
                if (ReaderOf(exchange, type) is not { } release)
                {
                    continue;
                }

                var hides = !IsShownWhole(exchange, type);
                foreach (var ids in all.Chunk(RecordsById.PerSearch))
                {
                    left -= ids.Length;
                    if (left >= 0)
                    {
                        _ = await LookUpAsync(exchange, known, type, ids, release, hides);
                    }
                    else if (hides)
                    {
                        known.Hide(type, ids);
                    }
                }
            }

            named = known.FindFurther(isTooFar: step == MostSteps);
        }

        known.Conclude();
        return known;
    }

    /// <summary>
    /// What has to be known of the records that others speak of, to be filled page by page; null: nothing. To whom leaves what nobody can
    /// attribute, what speaks of a record that stays must not leave as such; to everybody else what says itself whose it is must not, since
    /// it is attributed whatever it speaks of besides.
    /// </summary>
    /// <param name="exchange">The client's request.</param>
    /// <param name="policy">The judge of its answer; of a transaction each entry has its own.</param>
    public static KnownTargets? Begin(GatewayExchange exchange, ReleasePolicy policy)
    {
        ref readonly var identified = ref exchange.Identified;
        var ofNamedAlone = !ActingAgents.AreOwnStaff(identified.Caller, identified.Client, exchange.Snapshot);
        var mayLeave =
            exchange.Kind == RequestKind.Transaction
                ? OfAnyEntry(exchange.Entries, ofNamedAlone)
                : KnownTargets.MayLeave(policy, ofNamedAlone);
        return mayLeave ? new KnownTargets { OfNamedAlone = ofNamedAlone } : null;
    }

    private static bool OfAnyEntry(IReadOnlyList<GatewayExchange> entries, bool ofNamedAlone)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (KnownTargets.MayLeave(entries[i].Permit.Release, ofNamedAlone))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The same of an answer that streams, whose entries wait for it to its end, as many as there is room for: null also where no record that
    /// this client may read at all could stay.
    /// </summary>
    /// <param name="exchange">The client's request; its permit judges.</param>
    public KnownTargets? BeginOfStream(GatewayExchange exchange) =>
        Begin(exchange, exchange.Permit.Release) is { } known && ResourceType.All.Any(type => FindHiding(exchange, type) is not null)
            ? known
            : null;

    /// <summary>
    /// Looks up what the entries of one page speak of, if it may hold any that speak of others, beside what stands there itself, where any
    /// record of its type could stay. What is not there, and what this client may not read at all, stays unknown; what is beyond the bound,
    /// or cannot be looked up now, keeps back what speaks of it.
    /// </summary>
    /// <param name="exchange">The client's request; its budget of searches is drawn on.</param>
    /// <param name="page">A Bundle, whole.</param>
    /// <param name="policy">Its judge.</param>
    /// <param name="known">Receives what was found; null: nothing has to be known.</param>
    public async ValueTask FindIfMetAsync(GatewayExchange exchange, ReadOnlyMemory<byte> page, ReleasePolicy policy, KnownTargets? known)
    {
        if (known is null || !KnownTargets.Matter(page.Span, exchange.Kind == RequestKind.Transaction ? null : policy))
        {
            return;
        }

        var context = exchange.Ingressed.Route.Language;
        var named = known.FindMissing(page.Span, policy, context);
        for (var step = 0; named.Count > 0; step++)
        {
            await FindSomeAsync(exchange, named, known);
            named = known.FindFurther(isTooFar: step == MostSteps);
        }

        known.Conclude();
    }

    /// <summary>
    /// Those records that a look-up of the gateway's own found, as <c>Type/id</c>, that stay for what they speak of, where this client is shown
    /// what nobody can attribute.
    /// </summary>
    /// <param name="exchange">The client's request; its budget of searches is drawn on.</param>
    /// <param name="answer">One resource, or a Bundle, whole.</param>
    /// <param name="policy">What this client may see of these records.</param>
    public async ValueTask<IReadOnlySet<string>> FindKeptAsync(GatewayExchange exchange, ReadOnlyMemory<byte> answer, ReleasePolicy policy)
    {
        if (!KnownTargets.Matter(answer.Span, policy) || Begin(exchange, policy) is not { } known)
        {
            return FrozenSet<string>.Empty;
        }

        await FindIfMetAsync(exchange, answer, policy, known);
        return KeptRecords.Find(known, answer.Span, policy, exchange.Ingressed.Route.Language);
    }

    private async ValueTask FindSomeAsync(
        GatewayExchange exchange,
        IReadOnlyList<KeyValuePair<ResourceType, string[]>> named,
        KnownTargets known
    )
    {
        var counter = exchange.Bundle ?? exchange;
        foreach (var (type, all) in named)
        {
            if (ReaderOf(exchange, type) is not { } release || IsShownWhole(exchange, type))
            {
                continue;
            }

            foreach (var ids in all.Chunk(RecordsById.PerSearch))
            {
                if (counter.WalkedSearches++ < options.Limits.WalkedSearches)
                {
                    var (_, answers) = await LookUpAsync(exchange, known, type, ids, release, hides: true);
                    counter.WalkedSearches += RecordsById.Further(answers);
                }
                else
                {
                    known.Hide(type, ids);
                }
            }
        }
    }

    /// <summary>
    /// Looks up what some lines of a file speak of, as things stand now: whose they are, and which of them must stay. A refusal where that
    /// cannot be had now: a file without what it should hold would be taken for all of it.
    /// </summary>
    /// <param name="exchange">The client's request.</param>
    /// <param name="policy">The judge of the lines.</param>
    /// <param name="lines">Whole lines.</param>
    /// <param name="known">Receives what was found.</param>
    public async ValueTask<StageResult> FindInLinesAsync(
        GatewayExchange exchange,
        ReleasePolicy policy,
        ReadOnlyMemory<byte> lines,
        KnownTargets known
    )
    {
        var named = known.FindInLines(lines.Span, policy, exchange.Ingressed.Route.Language);
        return await FindNowAsync(exchange, named, known);
    }

    /// <summary>
    /// The same of the entries of an answer that streams, which wait for it to its end: a refusal where it cannot be had now.
    /// </summary>
    /// <param name="exchange">The client's request.</param>
    /// <param name="entries">A Bundle of them.</param>
    /// <param name="known">What was met in the answer; receives what was found.</param>
    /// <exception cref="IOException">It cannot be had: the answer breaks off.</exception>
    public async ValueTask FindOfStreamAsync(GatewayExchange exchange, ReadOnlyMemory<byte> entries, KnownTargets known)
    {
        var named = known.FindMissing(entries.Span, exchange.Permit.Release, exchange.Ingressed.Route.Language);
        var found = await FindNowAsync(exchange, named, known);
        if (!found.Continues)
        {
            throw new IOException("What entries of the answer speak of cannot be had.");
        }
    }

    private async ValueTask<StageResult> FindNowAsync(
        GatewayExchange exchange,
        IReadOnlyList<KeyValuePair<ResourceType, string[]>> named,
        KnownTargets known
    )
    {
        var left = MostOfLines;
        for (var step = 0; named.Count > 0; step++)
        {
            foreach (var (type, all) in named)
            {
                if (FindHiding(exchange, type) is not { } permit)
                {
                    continue;
                }

                foreach (var ids in all.Chunk(RecordsById.PerSearch))
                {
                    left -= ids.Length;
                    if (left < 0)
                    {
                        known.Hide(type, ids);
                        continue;
                    }

                    var (away, _) = await LookUpAsync(exchange, known, type, ids, permit.Release, hides: true);
                    if (!away.Continues)
                    {
                        return away;
                    }
                }
            }

            named = known.FindFurther(isTooFar: step == MostSteps);
        }

        known.Conclude();
        return StageResult.Continue;
    }

    // By whose judge a record of the type could stay; null: none of them can keep anything back.
    private Permit? FindHiding(GatewayExchange exchange, ResourceType type)
    {
        var (search, export) = (DecideNow(exchange, Interaction.SearchType, type), DecideExport(exchange, type));
        return IsWhole(search) || IsWhole(export) ? null : DecideNow(exchange, Interaction.Read, type) ?? search ?? export;
    }

    // Whoever exports a type need not be one who reads it.
    private Permit? DecideExport(GatewayExchange exchange, ResourceType type) =>
        exchange.Kind == RequestKind.Export ? DecideNow(exchange, Interaction.Export, type) : null;

    // By the snapshot of this moment: a file is read for longer than a decision holds.
    private Permit? DecideNow(GatewayExchange exchange, Interaction interaction, ResourceType type)
    {
        var part = new AccessPart { Interaction = interaction, Type = type };
        var decided = DecisionMaker.Decide(exchange, [part], snapshots.Current, clock.GetUtcNow());
        return decided.Continues ? decided.Value : null;
    }

    private static bool IsWhole(Permit? permit) => permit is not null && !UpstreamCallFactory.Withholds(permit);

    // The judge of a read, or of a search, of such a record by the same client; null: it may see none.
    private static ReleasePolicy? ReaderOf(GatewayExchange exchange, ResourceType type)
    {
        foreach (var interaction in (ReadOnlySpan<Interaction>)[Interaction.Read, Interaction.SearchType])
        {
            var decided = DecisionMaker.Decide(exchange, [new AccessPart { Interaction = interaction, Type = type }]);
            if (decided.Continues)
            {
                return decided.Value.Release;
            }
        }

        return null;
    }

    // Then none of them can keep anything back, whether it can be looked up or not.
    private static bool IsShownWhole(GatewayExchange exchange, ResourceType type)
    {
        var decided = DecisionMaker.Decide(exchange, [new AccessPart { Interaction = Interaction.SearchType, Type = type }]);
        return decided.Continues && !UpstreamCallFactory.Withholds(decided.Value);
    }

    // What cannot be had now keeps back what speaks of it; whether that is said is the caller's to say, who is told how many answers it took.
    private async ValueTask<(StageResult Away, int Answers)> LookUpAsync(
        GatewayExchange exchange,
        KnownTargets known,
        ResourceType type,
        string[] ids,
        ReleasePolicy release,
        bool hides
    )
    {
        var context = exchange.Ingressed.Route.Language;
        var (away, answers) = (StageResult.Continue, 0);
        _ = await fetch.ReadAsync(
            exchange,
            type,
            ids,
            (fetched, asked) =>
            {
                answers++;
                switch (fetched)
                {
                    case Fetched.Found found when !known.Add(type, asked, found.Body.Span, release, context) && hides:
                        known.HideUnknown(type, asked);
                        away = found.IsReadable ? away : StageResult.Refuse(DenyReason.UnreadableAnswer, Detail);
                        break;
                    case Fetched.Failed failed when hides:
                        // What a server does not answer at all, or keeps from the gateway by itself (403), it does not answer later
                        // either; anything else may be of now.
                        known.Hide(type, asked);
                        away = failed.Status is 400 or 403 or 405 or 422 or 501 ? away : StageResult.Refuse(failed.Reason, Detail);
                        break;
                }

                return new(StageResult.Continue);
            }
        );
        return (away, answers);
    }
}
