using PhiGateway.Fhir.Answers;
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
internal sealed class ReferrerLookup(Fetch fetch, JudgedSearch searches, GatewayOptions options)
{
    /// <summary>Looks up who names the Binaries of one answer, or of one page of it, as far as that is needed and not known yet.</summary>
    /// <param name="exchange">The client's request.</param>
    /// <param name="answer">One resource, or a Bundle.</param>
    /// <param name="policy">The judge of the Binaries.</param>
    /// <param name="files">Receives what was found out; a Binary beyond the bound stays.</param>
    public async ValueTask FindAsync(GatewayExchange exchange, ReadOnlyMemory<byte> answer, ReleasePolicy policy, FileReferrers files)
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

        // One search after the other, no more of them than a chain may cost, for all of them together.
        for (var i = 0; i < Referrers.LookedThrough.Count && open.Exists(static found => !found.IsSettled); i++)
        {
            await LookThroughAsync(exchange, open, Referrers.LookedThrough[i]);
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

    private async ValueTask LookThroughAsync(GatewayExchange exchange, List<Referrers> open, ResourceType type)
    {
        if (OwnRequest.Read(exchange.Ingressed.Route, $"/{type.Name}?_count=50") is not { } search)
        {
            return;
        }

        var decided = DecisionMaker.Decide(exchange, search.Parts);
        var counter = exchange.Bundle ?? exchange;
        if (!decided.Continues || counter.WalkedSearches >= options.Limits.WalkedSearches)
        {
            return;
        }

        _ = await searches.RunAsync(
            exchange,
            search,
            decided.Value,
            (_, page) =>
                open.TrueForAll(found => found.IsSettled || found.TryTake(page.Span, decided.Value.Release, out string? _))
                && open.Exists(static found => !found.IsSettled)
                && ++counter.WalkedSearches < options.Limits.WalkedSearches
        );
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
}
