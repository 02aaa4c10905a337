using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Pages.Search;

/// <summary>Shows what arrives in the trail, by the filters of the search; the script asks for the lines, a link for the page anew.</summary>
internal sealed class TailScreen(TrailTail tail, TailPlaces places, TimeProvider time)
{
    private const string Path = SearchQuery.Path + "/tail";
    private const string Lines = Path + "/lines";

    /// <summary>The page: without a place it begins now, with one it shows what has arrived since.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        var (asked, cursor) = Read(request);
        if (asked.ToTrail().Failed(out var problem, out var query))
        {
            return problem;
        }

        // The search takes the last day when no time is named; a tail begins now.
        query = query with
        {
            From = null,
            Cursor = null,
        };
        IReadOnlyList<TrailLine> lines = [];
        string next;
        if (cursor is null)
        {
            if ((await tail.BeginAsync(request.Call, query)).Failed(out problem, out var begun))
            {
                return problem;
            }

            next = begun;
        }
        else
        {
            if ((await tail.ReadAsync(request.Call, query, cursor)).Failed(out problem, out var part))
            {
                return problem;
            }

            lines = [.. LinesOf(part).Reverse()];
            next = part.Next;
        }

        return new PageContent(
            "Live tail",
            "audit",
            typeof(TailPage),
            new TailModel(
                [.. asked.Chosen.Select(static one => $"{one.Key} {one.Value}")],
                lines,
                asked.At(Path, ("cursor", next)),
                asked.At(Lines, ("cursor", next)),
                asked.At(SearchQuery.Path),
                cursor is null
            )
        )
        {
            OnRecord = "that you follow the trail, with these filters and your name, and how much you were shown.",
        };
    }

    /// <summary>The lines that have arrived since a place, for the script.</summary>
    public async Task<ScreenAnswer> LinesAsync(ConsoleRequest request)
    {
        var (asked, cursor) = Read(request);
        if (asked.ToTrail().Failed(out var problem, out var query))
        {
            return problem;
        }

        using var place = places.Take(request.Call.Person);
        if (place is null)
        {
            return new AdminProblem(429, "too-many-tails", "You follow the trail too often at once") { RetryAfter = 10 };
        }

        query = query with { From = null, Cursor = null };
        return (await tail.ReadAsync(request.Call, query, cursor)).Failed(out problem, out var part)
            ? problem
            : new ScreenAnswer.Data(
                new JsonObject
                {
                    ["lines"] = new JsonArray([.. LinesOf(part).Select(static line => (JsonNode)Render(line))]),
                    ["follow"] = asked.At(Lines, ("cursor", part.Next)),
                    ["here"] = asked.At(Path, ("cursor", part.Next)),
                    ["more"] = part.More,
                }
            );
    }

    // A place is the tail's own, and no page of a search.
    private (SearchQuery Asked, string? Cursor) Read(ConsoleRequest request)
    {
        var asked = SearchQuery.Read(request, time.GetUtcNow());
        return (asked.Without("cursor"), request.Asked("cursor"));
    }

    private static IEnumerable<TrailLine> LinesOf(TailPart part) =>
        part.Entries.Select(TrailSearch.Render).Select(TrailLine.Of).OfType<TrailLine>();

    private static JsonObject Render(TrailLine line)
    {
        var style = line.Decision.Length > 0 ? Words.StyleOf(line.Decision) : "quiet";
        return new JsonObject
        {
            ["href"] = Links.Access(line.Parent ?? line.Id),
            ["at"] = Links.Moment(line.At),
            ["time"] = line.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            ["decision"] = line.Decision.Length > 0 ? line.Decision : line.Kind,
            ["style"] = style,
            ["glyph"] = Badge.GlyphOf(style),
            ["who"] = line.Who ?? "nobody we know",
            ["whoHref"] = line is { IsClient: true, Who: { } id } ? Links.Client(id) : null,
            ["tenant"] = line.Tenant,
            ["what"] = line.What ?? line.Event,
            ["event"] = line.Event,
            ["why"] = line.Reason ?? line.Purpose,
            ["words"] = Words.Reason(line.Reason),
            ["released"] = line.Released > 0 ? Words.Number(line.Released) : null,
            ["withheld"] = line.Withheld > 0 ? $"{Words.Number(line.Withheld)} withheld" : null,
        };
    }
}
