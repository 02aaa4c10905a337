using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Looks up which records name a Binary that does not say whose it is: by the parameters that find an address, over everybody's records, and
/// then among the client's own records of the types that attach files and have no such parameter.
/// </summary>
internal sealed class ReferrerLookup(Fetch fetch, GatewayOptions options)
{
    // They stand in the address of a search.
    private const int MostOwners = 25;

    /// <summary>The same, where the answer to a request may hold a Binary of which it must be looked up whose it is.</summary>
    /// <param name="exchange">The client's request.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="answer">The answer, or a page of it.</param>
    /// <param name="files">Receives what was found out.</param>
    /// <returns>Whether it may.</returns>
    public async ValueTask<bool> FindIfMetAsync(
        GatewayExchange exchange,
        FhirRequest request,
        ReadOnlyMemory<byte> answer,
        FileReferrers files
    )
    {
        var policy = exchange.Permit.Release;
        if (!FileReferrers.Matter(request, policy, answer.Span))
        {
            return false;
        }

        await FindAsync(exchange, answer, policy, files);
        return true;
    }

    /// <summary>Looks up who names the Binaries of one answer, or of one page of it, as far as that is needed and not known yet.</summary>
    /// <param name="exchange">The client's request.</param>
    /// <param name="answer">One resource, or a Bundle.</param>
    /// <param name="policy">The judge of the Binaries.</param>
    /// <param name="files">Receives what was found out; a Binary beyond the bound stays.</param>
    /// <param name="isWhole">Records without a parameter that finds an address are looked through as well.</param>
    public async ValueTask FindAsync(
        GatewayExchange exchange,
        ReadOnlyMemory<byte> answer,
        ReleasePolicy policy,
        FileReferrers files,
        bool isWhole = true
    )
    {
        var context = exchange.Ingressed.Route.Language;
        var counter = exchange.Bundle ?? exchange;
        var open = new List<Referrers>();
        foreach (var found in files.FindMissing(answer.Span, policy, context))
        {
            files.Add(found);
            if (files.Count > 1 && counter.WalkedSearches++ >= options.Limits.WalkedSearches)
            {
                found.Hide();
                continue;
            }

            foreach (var (type, parameter) in Referrers.ByAddress(context))
            {
                foreach (var addresses in found.Addresses())
                {
                    var search = $"/{type.Name}?{parameter}={Uri.EscapeDataString(addresses)}&_count=50";
                    await AskAsync(exchange, found, search, JudgeOf(exchange, type));
                }
            }

            open.Add(found);
        }

        if (isWhole)
        {
            await LookThroughAsync(exchange, open);
        }
    }

    private async ValueTask AskAsync(GatewayExchange exchange, Referrers found, string search, ReleasePolicy judge)
    {
        var place = search;
        for (var page = 0; page < options.Limits.PagesPerPage; page++)
        {
            using var fetched = await fetch.ReadAsync(exchange, place);
            string? next = null;
            switch (fetched)
            {
                case Fetched.Found answer when answer.IsReadable && found.TryTake(answer.Body.Span, judge, out next):
                    break;

                // A server without the parameter, or without the type, has nobody to tell of.
                case Fetched.Absent
                or Fetched.Failed { Status: 400 or 422 }:
                    return;
                default:
                    found.Hide();
                    return;
            }

            if (next is null || UpstreamPlace.Find(next, exchange.Ingressed.Route.Language.UpstreamBases) is not { } following)
            {
                return;
            }

            place = following;
        }
    }

    // A page of each type, then the next of each, so that one with many records leaves room for the others. No more pages than a chain may
    // cost, for all Binaries together. One that is shown is looked for further: another record may hide it.
    private async ValueTask LookThroughAsync(GatewayExchange exchange, List<Referrers> open)
    {
        var counter = exchange.Bundle ?? exchange;
        var further = 0;
        var searches = new Queue<Search>();
        for (var i = 0; i < Referrers.LookedThrough.Count && open.Exists(static found => !found.IsHidden); i++)
        {
            var type = Referrers.LookedThrough[i];
            if (SearchOf(exchange, type, $"/{type.Name}?_count=50") is { } search)
            {
                searches.Enqueue(search);
            }
        }

        while (searches.TryDequeue(out var search) && open.Exists(static found => !found.IsHidden))
        {
            // What is looked for further is no one's reason to refuse: it has a bound of its own, and takes nothing from what comes after.
            var isFurther = open.TrueForAll(static found => found.IsShown || found.IsHidden);
            search = isFurther ? Confine(exchange, search, open) : search;
            if (search is null)
            {
                continue;
            }

            var spent = isFurther ? further++ : counter.WalkedSearches++;
            if (spent >= options.Limits.WalkedSearches)
            {
                return;
            }

            if (await TakeAsync(exchange, search, open) is { } following)
            {
                searches.Enqueue(following);
            }
        }
    }

    // The next page of a search; null: there is none, or it is not to be looked at.
    private async ValueTask<Search?> TakeAsync(GatewayExchange exchange, Search search, List<Referrers> open)
    {
        using var fetched = await fetch.ReadAsync(exchange, search.Call);
        if (fetched is not Fetched.Found { IsReadable: true } page)
        {
            return null;
        }

        string? next = null;
        foreach (var found in open)
        {
            if (!found.IsHidden && !found.TryTake(page.Body.Span, search.Judge, out next))
            {
                return null;
            }
        }

        return
            search.Pages + 1 < options.Limits.PagesPerPage
            && next is not null
            && UpstreamPlace.Find(next, exchange.Ingressed.Route.Language.UpstreamBases) is { } place
            ? search with
            {
                Call = Continuation.CallTo(place),
                Pages = search.Pages + 1,
            }
            : null;
    }

    // Of what is shown by now only what may hide it is looked for: among records of the patients whose it is, of types of which this client
    // may not see all. Null: there is nothing of the kind.
    private static Search? Confine(GatewayExchange exchange, Search search, List<Referrers> open)
    {
        if (search.IsConfined)
        {
            return search;
        }

        var owners = new HashSet<PatientId>();
        foreach (var found in open)
        {
            owners.UnionWith(found.IsShown ? found.Owners : []);
        }

        if (owners.Count == 0 || search.Judge.ShowsWhateverItHolds(search.Type))
        {
            return null;
        }

        if (owners.Count <= MostOwners && Referrers.SearchOf(search.Type, owners) is { } place)
        {
            return SearchOf(exchange, search.Type, place) is { } confined ? confined with { IsConfined = true } : null;
        }

        // Everybody's records of a type are not gone through for what is shown already.
        return null;
    }

    // Null where this client may not search the type.
    private static Search? SearchOf(GatewayExchange exchange, ResourceType type, string place)
    {
        if (OwnRequest.Read(exchange.Ingressed.Route, place) is not { } search)
        {
            return null;
        }

        var decided = DecisionMaker.Decide(exchange, search.Parts);
        return decided.Continues
            ? new Search(type, UpstreamCallFactory.Create(search, decided.Value), decided.Value.Release, Pages: 0)
            : null;
    }

    // A record that the client may read or search is one that it may see.
    private static ReleasePolicy JudgeOf(GatewayExchange exchange, ResourceType type)
    {
        foreach (var interaction in (ReadOnlySpan<Interaction>)[Interaction.Read, Interaction.SearchType])
        {
            var decided = DecisionMaker.Decide(exchange, [new AccessPart { Interaction = interaction, Type = type }]);
            if (decided.Continues)
            {
                return decided.Value.Release;
            }
        }

        return ReleasePolicy.Nothing;
    }

    // One type that is looked through: its next page.
    private sealed record Search(ResourceType Type, UpstreamCall Call, ReleasePolicy Judge, int Pages)
    {
        public bool IsConfined { get; init; }
    }
}
