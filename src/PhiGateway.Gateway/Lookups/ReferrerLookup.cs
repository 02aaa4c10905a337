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
    /// <summary>Who names it; null when it is not needed.</summary>
    /// <param name="exchange">The client's request.</param>
    /// <param name="binary">The Binary, whole.</param>
    /// <param name="policy">The judge of the Binary.</param>
    public async ValueTask<Referrers?> FindAsync(GatewayExchange exchange, ReadOnlyMemory<byte> binary, ReleasePolicy policy)
    {
        var context = exchange.Ingressed.Route.Language;
        if (Referrers.FindNeeded(binary.Span, policy, context) is not { } id)
        {
            return null;
        }

        var found = new Referrers(id, context);
        var addresses = Uri.EscapeDataString(Referrers.AddressesOf(id, context));
        foreach (var (type, parameter) in Referrers.ByAddress(context))
        {
            await AskAsync(exchange, found, $"/{type.Name}?{parameter}={addresses}&_count=50", JudgeOf(exchange, type));
        }

        // One search after the other, no more of them than a chain may cost.
        for (var i = 0; i < Referrers.LookedThrough.Count && !found.IsShown && !found.IsHidden; i++)
        {
            await LookThroughAsync(exchange, found, Referrers.LookedThrough[i]);
        }

        return found;
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

    private async ValueTask LookThroughAsync(GatewayExchange exchange, Referrers found, ResourceType type)
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
                found.TryTake(page.Span, decided.Value.Release, out string? _)
                && !found.IsShown
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
