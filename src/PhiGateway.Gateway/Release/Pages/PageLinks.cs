using System.Globalization;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Pages;

/// <summary>
/// Turns the paging links of one upstream answer into sealed handles of the gateway; called by the answer filter for each link.
/// </summary>
internal sealed class PageLinks(HandleIssuer handles, GatewayExchange exchange, KeyValuePair<string, string>? kept = null) : ILinkSealer
{
    /// <summary>What is added to the filtering of an answer: nothing for a single resource.</summary>
    /// <param name="exchange">The request that is answered.</param>
    /// <param name="handles">Issues the handles.</param>
    /// <param name="kept">A link of the answer with its URL, that is kept since it is too long for a handle; null: none is.</param>
    public static AnswerOptions OptionsFor(GatewayExchange exchange, HandleIssuer handles, KeyValuePair<string, string>? kept = null)
    {
        if (exchange.Kind == RequestKind.Transaction)
        {
            // Each entry's answer under its entry's own permit.
            return new AnswerOptions
            {
                Judges = [.. exchange.Entries.Select(static entry => entry.Permit.Release)],
                Sealers = [.. exchange.Entries.Select(entry => new PageLinks(handles, entry))],
                Idle = exchange.Idle,
                HoldsIncluded = exchange.Entries.Any(static entry => UpstreamCallFactory.Withholds(entry.Permit)),
            };
        }

        if (!BundleStreamFilter.CanStream(exchange.Request) || exchange.Request.IsWrite)
        {
            return AnswerOptions.Default;
        }

        // The self link of a later page is a handle of the upstream's, which shows no parameters at all.
        var (request, permit) = (exchange.Request, exchange.Permit);
        var isFirst = exchange.Understood.Continuation is null or { IsStart: true };
        var withholds = UpstreamCallFactory.Withholds(permit);
        return new AnswerOptions
        {
            Links = new PageLinks(handles, exchange, kept),
            Narrowed = isFirst ? UpstreamCallFactory.FindNarrowing(request, permit) : [],
            TakesBareOutcome = isFirst,
            SelfLinks = exchange.Ingressed.Route.SelfLinks,
            Hidden = exchange.Settled.Walked ?? [],
            CountIsWhole = !withholds,
            HoldsIncluded = withholds,
            Includes = UpstreamCallFactory.FindIncludes(request, permit),
            Confinement = UpstreamCallFactory.FindConfinement(request, permit),
            Count =
                request.Parameter("_count") is not null && withholds
                    ? UpstreamCallFactory.PageSize(request, permit).ToString(CultureInfo.InvariantCulture)
                    : null,
        };
    }

    /// <inheritdoc/>
    public string? SealRest(int from, int size) =>
        PageWalk.Applies(exchange) ? handles.IssuePage(exchange, new PagePlace(string.Empty, from), size, null) : null;

    /// <inheritdoc/>
    public string? Seal(string relation, string upstreamUrl) =>
        relation switch
        {
            "next" when kept is { } next && next.Key == upstreamUrl => next.Value,
            "next" or "previous" or "prev" or "first" => handles.Issue(exchange, HandleKind.Page, upstreamUrl),

            // Where a server names itself elsewhere, there is nothing to give and something to say.
            "self" or "location" => Note(upstreamUrl),

            // The number of the last page says how much there is, withheld records included.
            _ => null,
        };

    private string? Note(string upstreamUrl)
    {
        _ = handles.FindPlace(exchange, upstreamUrl);
        return null;
    }
}
