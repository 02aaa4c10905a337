using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Fhir.Resources;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Looks up what the chains of a search walk over, link by link, as searches of the same client: decided, narrowed, and judged record by
/// record. What the client may not see is not walked over.
/// </summary>
/// <remarks>
/// Who is permitted every sensitivity that HL7 has a code for may still not see some record: one with a refrain, with a label of the hospital's
/// own. For such a client a chain goes as it is only where no record was found that stays; where there are too many to look at, where the
/// server finds none that bears a refrain or another label of the registry. A budget that is spent refuses.
/// </remarks>
internal sealed class WalkSearch(JudgedSearch searches, Fetch fetch, GatewayOptions options)
{
    private const string Detail = "chain";
    private const string Spent = "walked-searches";
    private const string TooMany = "walked-records";

    // Labels in one question to the upstream: more would outgrow an address.
    private const int PerQuestion = 50;

    // Of a client that is permitted all, chains are the ordinary life, and are looked at to be sure: so many times as much.
    private const int ConfirmedPerWalked = 4;

    /// <summary>A permitted request as it may go upstream: itself, or with what was found in the place of its chains.</summary>
    public async ValueTask<StageResult<Settled>> SettleAsync(GatewayExchange exchange, Permit permit)
    {
        var walked = await ResolveAsync(exchange, exchange.Request, permit);
        if (!walked.Continues)
        {
            return walked.Result;
        }

        return walked.Value.HidesSome || UpstreamCallFactory.ResolvesWalks(permit)
            ? new Settled(permit) { Request = walked.Value.Search, Walked = walked.Value.Added }
            : new Settled(permit);
    }

    /// <summary>Whether a permitted request has chains that must be looked up before it goes; not behind a handle, which goes on elsewhere.</summary>
    public static bool IsNeeded(GatewayExchange exchange, Permit permit) =>
        (exchange.Request.Interaction == Interaction.SearchType || UpstreamCallFactory.ResolvesWalks(permit))
        && exchange.Understood.Continuation is null or { IsStart: true }
        && WalkReader.HasWalks(exchange.Request);

    /// <summary>A search as it may go: itself, or with what was found in the place of its chains.</summary>
    /// <param name="exchange">The client's request; its budget of searches is drawn on.</param>
    /// <param name="search">The client's search, or one that its write hangs on.</param>
    /// <param name="permit">The search's permit.</param>
    public ValueTask<StageResult<WalkedSearch>> ResolveAsync(GatewayExchange exchange, FhirRequest search, Permit permit)
    {
        if (!WalkReader.HasWalks(search))
        {
            return new(new WalkedSearch(search, []));
        }

        if (UpstreamCallFactory.ResolvesWalks(permit))
        {
            return LookUpAsync(exchange, search, WalksOf(exchange, search));
        }

        return search.Interaction == Interaction.SearchType ? ConfirmAsync(exchange, search) : new(new WalkedSearch(search, []));
    }

    private IReadOnlyList<Walk> WalksOf(GatewayExchange exchange, FhirRequest search) =>
        WalkReader.Read(search, exchange.Ingressed.Route.Language, options.Limits.WalkedRecords);

    // Of a client that sees nobody's records but some: each chain is looked up, and all of them must be found.
    private async ValueTask<StageResult<WalkedSearch>> LookUpAsync(GatewayExchange exchange, FhirRequest search, IReadOnlyList<Walk> walks)
    {
        var hidesSome = false;
        foreach (var walk in walks)
        {
            var looked = await LookOverAsync(exchange, walk, confirms: false);
            if (!looked.Continues)
            {
                return looked.Result;
            }

            if (looked.Value.Broad.Count > 0 || walk.Count > options.Limits.WalkedRecords)
            {
                return StageResult.Refuse(DenyReason.ChainTooBroad, TooMany);
            }

            hidesSome |= looked.Value.HidesSome;
        }

        var replaced = WalkReader.Replace(search, walks, out var added);
        return new WalkedSearch(replaced, added) { HidesSome = hidesSome };
    }

    // Of a client that is permitted all that is known: chain by chain, since one that cannot be looked at says nothing of another. What is
    // nobody's tells of nobody.
    private async ValueTask<StageResult<WalkedSearch>> ConfirmAsync(GatewayExchange exchange, FhirRequest search)
    {
        var hiding = new List<Walk>();
        foreach (var walk in WalksOf(exchange, search))
        {
            if (IsOfNobody(walk))
            {
                continue;
            }

            var looked = await LookOverAsync(exchange, walk, confirms: true);
            if (!looked.Continues && looked.Result.Detail != JudgedSearch.NotServed)
            {
                return looked.Result;
            }

            if (looked.Continues && looked.Value.HidesSome)
            {
                if (looked.Value.Broad.Count > 0 || walk.Count > options.Limits.WalkedRecords)
                {
                    return StageResult.Refuse(DenyReason.ChainTooBroad, TooMany);
                }

                hiding.Add(walk);
                continue;
            }

            // More than can be looked at: the server knows no word for what nobody can attribute.
            if (looked.Continues && looked.Value.Broad.Exists(inner => StaysUnattributed(exchange, inner)))
            {
                return StageResult.Refuse(DenyReason.ChainTooBroad, TooMany);
            }

            // More than can be looked at, or of a type that this server does not search: it says whether there is any with a label that stays.
            var asked = await AskForLabelsAsync(exchange, looked.Continues ? looked.Value.Open : walk.Searches);
            if (!asked.Continues)
            {
                return asked;
            }
        }

        if (hiding.Count == 0)
        {
            return new WalkedSearch(search, []);
        }

        var replaced = WalkReader.Replace(search, hiding, out var added);
        return new WalkedSearch(replaced, added) { HidesSome = true };
    }

    private int MostSearches(bool confirms) =>
        confirms ? ConfirmedPerWalked * options.Limits.WalkedSearches : options.Limits.WalkedSearches;

    private static bool IsOfNobody(Walk walk) => walk.Searches.All(IsOfNobody);

    private static bool IsOfNobody(FhirRequest inner) => RecordNames.IsNobodys(inner.Type) && !WalkReader.HasWalks(inner);

    // Whether one of those that are searched for stays if it names no patient.
    private static bool StaysUnattributed(GatewayExchange exchange, FhirRequest inner)
    {
        if (inner.Type == ResourceType.Patient || RecordNames.IsNobodys(inner.Type))
        {
            return false;
        }

        var decided = DecisionMaker.Decide(exchange, inner.Parts);
        var nobodysKnown = new ResourceFacts { Type = inner.Type, NamesNoPatient = true };
        return decided.Continues && decided.Value.Release.Judge(nobodysKnown).Reason != WithholdReason.None;
    }

    private async ValueTask<StageResult> AskForLabelsAsync(GatewayExchange exchange, IReadOnlyList<FhirRequest> searches)
    {
        foreach (var inner in searches)
        {
            // What it walks over itself was confirmed before it was searched for; where it was not searched for, it is asked about too.
            foreach (var deeper in WalksOf(exchange, inner))
            {
                var asked = await AskForLabelsAsync(exchange, deeper.Searches);
                if (!asked.Continues)
                {
                    return asked;
                }
            }

            var hides = RecordNames.IsNobodys(inner.Type) ? false : await HoldsLabelAsync(exchange, inner);
            if (!hides.Continues || hides.Value)
            {
                return hides.Continues ? StageResult.Refuse(DenyReason.ChainTooBroad, TooMany) : hides.Result;
            }
        }

        return StageResult.Continue;
    }

    private async ValueTask<StageResult<bool>> HoldsLabelAsync(GatewayExchange exchange, FhirRequest inner)
    {
        var decided = DecisionMaker.Decide(exchange, inner.Parts);
        if (!decided.Continues)
        {
            return false;
        }

        var permit = decided.Value;
        if (UpstreamCallFactory.ResolvesWalks(permit))
        {
            return StageResult.Refuse(DenyReason.ChainTooBroad, TooMany);
        }

        var hidden = permit.Release.FindHiddenLabels(inner.Type);
        if (hidden.Contains(SecurityLabel.Unknown))
        {
            // A server cannot be asked for it.
            return true;
        }

        var call = UpstreamCallFactory.Create(inner, permit);
        var counter = exchange.Bundle ?? exchange;
        foreach (var labels in hidden.Chunk(PerQuestion))
        {
            if (counter.LabelSearches++ >= MostSearches(confirms: true))
            {
                return StageResult.Refuse(DenyReason.ChainTooBroad, Spent);
            }

            var codes = string.Join(',', labels.Select(Spell));
            using var fetched = await fetch.ReadAsync(
                exchange,
                call with
                {
                    PathAndQuery = $"{call.PathAndQuery}&_security={Uri.EscapeDataString(codes)}",
                }
            );
            switch (fetched)
            {
                case Fetched.Found found:
                    var release = permit.Release;
                    var isRead = FoundRecords.TryReadAll(found.Body.Span, release, exchange.Ingressed.Route.Language, out var labelled);
                    if (!isRead || labelled.Any(facts => facts.Type == inner.Type && release.Judge(facts).Reason != WithholdReason.None))
                    {
                        // What cannot be read may be one that stays.
                        return true;
                    }

                    break;

                // A server that cannot be asked so.
                case Fetched.Absent
                or Fetched.Failed { Status: 400 or 422 }:
                    return false;
                case Fetched.Failed failed:
                    return StageResult.Refuse(failed.Reason, Detail);
                default:
                    return StageResult.Refuse(DenyReason.Faulted, Detail);
            }
        }

        return false;
    }

    // FHIR R4 search 3.1.1.4.0.5: what separates values is escaped within one.
    private static string Spell(SecurityLabel label)
    {
        var code = label.System == SecurityLabel.AnySystem ? label.Code : $"{label.System}|{label.Code}";
        return code.Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace(",", @"\,", StringComparison.Ordinal)
            .Replace("$", @"\$", StringComparison.Ordinal);
    }

    // One chain, over all types that it leads to. Of several types, one that this server does not search holds nothing. Where it is only looked
    // whether some of it stays, nobody's are searched for when something does.
    private async ValueTask<StageResult<LookedOver>> LookOverAsync(GatewayExchange exchange, Walk walk, bool confirms)
    {
        var most = MostSearches(confirms);
        var (isServed, hidesSome) = (false, false);
        var looked = new LookedOver([], []);
        var refused = StageResult.Continue;
        var unserved = StageResult.Continue;
        IEnumerable<FhirRequest> searches = confirms ? walk.Searches.OrderBy(IsOfNobody) : walk.Searches;
        foreach (var inner in searches)
        {
            var decided = DecisionMaker.Decide(exchange, inner.Parts);
            if (!decided.Continues)
            {
                refused = decided.Result;
                continue;
            }

            if (confirms && !hidesSome && IsOfNobody(inner))
            {
                isServed = true;
                continue;
            }

            var found = await FindAsync(exchange, walk, inner, decided.Value, most);
            if (found.Continues)
            {
                isServed = true;
                hidesSome |= found.Value.HidesSome;
                if (found.Value.HasMore)
                {
                    looked.Broad.Add(inner);
                }
            }
            else if (found.Result.Detail == JudgedSearch.NotServed)
            {
                unserved = found.Result;
                looked.Unserved.Add(inner);
            }
            else
            {
                return found.Result;
            }
        }

        // A chain to several types is walked over those that this client may search: what it may not see is not there.
        if (!isServed && !(refused.Continues && unserved.Continues))
        {
            return unserved.Continues ? refused : unserved;
        }

        return looked with
        {
            HidesSome = hidesSome,
        };
    }

    private async ValueTask<StageResult<FoundSome>> FindAsync(
        GatewayExchange exchange,
        Walk walk,
        FhirRequest inner,
        Permit permit,
        int most
    )
    {
        var counter = exchange.Bundle ?? exchange;
        if (counter.WalkedSearches++ >= most)
        {
            return StageResult.Refuse(DenyReason.ChainTooBroad, Spent);
        }

        var walked = await ResolveAsync(exchange, inner, permit);
        if (!walked.Continues)
        {
            return walked.Result;
        }

        var hidesSome = walked.Value.HidesSome;
        var hasMore = await searches.RunAsync(
            exchange,
            walked.Value.Search,
            permit,
            (found, answer) =>
            {
                hidesSome |= found.Withheld > 0;
                walk.Add(inner, Shown(inner, found), answer);
                return walk.Count <= options.Limits.WalkedRecords;
            }
        );
        if (hasMore.Continues)
        {
            return new FoundSome(hidesSome, hasMore.Value);
        }

        // What was seen before a later page was refused was seen: there is more, which nobody looked at.
        return hidesSome && hasMore.Result.Detail == JudgedSearch.NotServed ? new FoundSome(true, true) : hasMore.Result;
    }

    private static HashSet<string> Shown(FhirRequest search, Disclosure released)
    {
        var shown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var resource in released.Resources)
        {
            if (resource.Type == search.Type && resource.Id is { } id)
            {
                shown.Add(id);
            }
        }

        return shown;
    }

    // Of one chain: whether some of what it leads over stays, and the searches that were not looked at to their end: more than may be looked at,
    // or not served by this server, which holds nothing then.
    private readonly record struct LookedOver(List<FhirRequest> Broad, List<FhirRequest> Unserved)
    {
        public bool HidesSome { get; init; }

        public IReadOnlyList<FhirRequest> Open => [.. Broad, .. Unserved];
    }

    // Of one search of a chain: the same.
    private readonly record struct FoundSome(bool HidesSome, bool HasMore);
}
