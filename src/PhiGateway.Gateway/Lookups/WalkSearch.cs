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
/// own. For such a client the chain goes as it is only where no record was found that stays; where there are too many to look at, where none
/// of them bears a refrain.
/// </remarks>
internal sealed class WalkSearch(JudgedSearch searches, Fetch fetch, GatewayOptions options)
{
    private const string Detail = "chain";

    // A chain that names no type has as many as its parameter; so often the budget of searches is asked for them.
    private const int MostRefrains = 4;

    // v3-ActCode, RefrainPolicy: of a record that bears one a grant must name the code itself.
    private static readonly string Refrains = string.Join(
        ',',
        (
            (string[])
                [
                    "NOAUTH",
                    "NOCOLLECT",
                    "NODSCLCD",
                    "NODSCLCDS",
                    "NOINTEGRATE",
                    "NOLIST",
                    "NOMOU",
                    "NOORGPOL",
                    "NOPAT",
                    "NOPERSISTP",
                    "NORDSCLCD",
                    "NORDSCLCDS",
                    "NORDSCLW",
                    "NORELINK",
                    "NOREUSE",
                    "NOVIP",
                    "ORCON",
                ]
        ).Select(static code => $"{ActCodes.System}|{code}")
    );

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

    // Of a client that is permitted all that is known. What is nobody's tells of nobody.
    private async ValueTask<StageResult<WalkedSearch>> ConfirmAsync(GatewayExchange exchange, FhirRequest search)
    {
        var walks = WalksOf(exchange, search);
        if (walks.All(static walk => walk.Searches.All(static inner => RecordNames.IsNobodys(inner.Type) && !WalkReader.HasWalks(inner))))
        {
            return new WalkedSearch(search, []);
        }

        var looked = await LookUpAsync(exchange, search, walks);
        if (looked.Continues)
        {
            return looked.Value.HidesSome ? looked : new WalkedSearch(search, []);
        }

        var why = looked.Result.Refusal;
        if (why != DenyReason.ChainTooBroad && why != DenyReason.UpstreamRefused && why != DenyReason.UpstreamRejected)
        {
            return looked;
        }

        // More than can be looked at, or of a type that this server does not search: it says whether there is any that bears a refrain.
        var asked = 0;
        foreach (var walk in walks)
        {
            foreach (var inner in walk.Searches)
            {
                if (asked++ >= MostRefrains * options.Limits.WalkedSearches)
                {
                    return StageResult.Refuse(DenyReason.ChainTooBroad, "walked-searches");
                }

                var hides = await HoldsRefrainAsync(exchange, inner);
                if (!hides.Continues || hides.Value)
                {
                    return hides.Continues ? StageResult.Refuse(DenyReason.ChainTooBroad, "walked-records") : hides.Result;
                }
            }
        }

        return new WalkedSearch(search, []);
    }

    private async ValueTask<StageResult<bool>> HoldsRefrainAsync(GatewayExchange exchange, FhirRequest inner)
    {
        var decided = DecisionMaker.Decide(exchange, inner.Parts);
        if (!decided.Continues)
        {
            return false;
        }

        var call = UpstreamCallFactory.Create(inner, decided.Value);
        using var fetched = await fetch.ReadAsync(
            exchange,
            call with
            {
                PathAndQuery = $"{call.PathAndQuery}&_security={Uri.EscapeDataString(Refrains)}",
            }
        );
        switch (fetched)
        {
            case Fetched.Found found:
                var release = decided.Value.Release;
                return FoundRecords
                    .Read(found.Body.Span, release, exchange.Ingressed.Route.Language)
                    .Any(facts => facts.Type == inner.Type && release.Judge(facts).Reason != WithholdReason.None);

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

    private async ValueTask<StageResult<WalkedSearch>> LookUpAsync(GatewayExchange exchange, FhirRequest search, IReadOnlyList<Walk> walks)
    {
        var hidesSome = false;
        foreach (var walk in walks)
        {
            var isOpen = false;
            var refused = StageResult.Continue;
            foreach (var inner in walk.Searches)
            {
                var decided = DecisionMaker.Decide(exchange, inner.Parts);
                if (!decided.Continues)
                {
                    refused = decided.Result;
                    continue;
                }

                isOpen = true;
                var found = await FindAsync(exchange, walk, inner, decided.Value);
                if (!found.Continues)
                {
                    return found.Result;
                }

                hidesSome |= found.Value;
            }

            // A chain to several types is walked over those that this client may search: what it may not see is not there.
            if (!isOpen && !refused.Continues)
            {
                return refused;
            }

            if (walk.Count > options.Limits.WalkedRecords)
            {
                return StageResult.Refuse(DenyReason.ChainTooBroad, "walked-records");
            }
        }

        var replaced = WalkReader.Replace(search, walks, out var added);
        return new WalkedSearch(replaced, added) { HidesSome = hidesSome };
    }

    // Whether some of what is walked over stays.
    private async ValueTask<StageResult<bool>> FindAsync(GatewayExchange exchange, Walk walk, FhirRequest inner, Permit permit)
    {
        var counter = exchange.Bundle ?? exchange;
        if (counter.WalkedSearches++ >= options.Limits.WalkedSearches)
        {
            return StageResult.Refuse(DenyReason.ChainTooBroad, "walked-searches");
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

        // Where some of what could be walked over was not looked at, nobody knows what the chain means.
        if (hasMore is { Continues: true, Value: true })
        {
            return StageResult.Refuse(DenyReason.ChainTooBroad, "walked-records");
        }

        return hasMore.Continues ? hidesSome : hasMore.Result;
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
}

/// <summary>A search whose chains were looked up and replaced by what they found; goes on to Settle or to a condition's search.</summary>
/// <param name="Search">It, without them.</param>
/// <param name="Added">What stands in the place of the chains, which the client's own self link does not show.</param>
internal sealed record WalkedSearch(FhirRequest Search, IReadOnlyList<KeyValuePair<string, string>> Added)
{
    /// <summary>Some of what its chains lead over may not be seen by this client.</summary>
    public bool HidesSome { get; init; }
}
