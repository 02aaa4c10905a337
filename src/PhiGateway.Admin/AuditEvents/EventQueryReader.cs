using System.Globalization;
using System.Text;
using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.AuditEvents;

/// <summary>
/// Reads the parameters of ITI-81. One that is not known, or stands twice where it may not, is refused: a search that leaves out what it was
/// asked for answers another question.
/// </summary>
internal static class EventQueryReader
{
    // What would name a patient in a URL.
    private static readonly string[] InBodyOnly =
    [
        "patient",
        "patient.identifier",
        "patient:identifier",
        "entity",
        "entity.identifier",
        "entity:identifier",
    ];

    /// <summary>Reads them.</summary>
    /// <param name="parameters">Names and values, as sent.</param>
    /// <param name="isBody">Whether they came in a body, where a patient may be named.</param>
    public static Outcome<EventQuery> Read(IEnumerable<KeyValuePair<string, string>> parameters, bool isBody)
    {
        var query = new EventQuery();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in parameters)
        {
            if (!isBody && InBodyOnly.Contains(name))
            {
                return AdminProblem.BadParameter(name, "it may name a patient, who never stands in a URL: POST /fhir/AuditEvent/_search.");
            }

            if (value.Length == 0 || (!seen.Add(name) && name is not ("date" or "_lastUpdated")))
            {
                return AdminProblem.BadParameter(Cut(name), "one value is expected.");
            }

            if (Apply(query, name, value) is not { } next)
            {
                return AdminProblem.BadParameter(Cut(name), "there is no such parameter, or its value cannot be read.");
            }

            // A patient's id stays in the record's own member.
            query = InBodyOnly.Contains(name) ? next : next with { Words = $"{next.Words} {Cut(name)}={Cut(value)}".Trim() };
        }

        return query.From >= query.To ? AdminProblem.BadParameter("date", "no moment is before the one and after the other.") : query;
    }

    private static EventQuery? Apply(EventQuery query, string name, string value) =>
        name switch
        {
            "_id" => IsId(value) ? query with { Id = value } : null,
            "date" or "_lastUpdated" => Date(query, value),
            "patient" or "patient.identifier" or "patient:identifier" => query.Patient is null && PatientOf(value) is { } id
                ? query with
                {
                    Patient = id,
                }
                : null,
            "agent" or "agent.identifier" or "agent:identifier" => Alternatives(value) is [var only]
                ? query with
                {
                    Agents = [.. query.Agents, Bare(only)],
                }
                : null,
            "entity" or "entity.identifier" or "entity:identifier" => AnyOf(
                query,
                value,
                static (of, one) => of.Entities.Any(entity => IsEntity(entity, one))
            ),
            "entity-type" => AnyOf(query, value, static (of, one) => of.Entities.Any(entity => entity.Type.Matches(one))),
            "entity-role" => AnyOf(query, value, static (of, one) => of.Entities.Any(entity => entity.Role?.Matches(one) == true)),
            "type" => AnyOf(query, value, static (of, one) => of.Type.Matches(one)),
            "subtype" => AnyOf(query, value, static (of, one) => of.Subtypes.Any(subtype => subtype.Matches(one))),
            "action" => AnyOf(query, value, static (of, one) => of.Action == one[0], static one => one is "C" or "R" or "U" or "D" or "E"),
            "outcome" => AnyOf(query, value, static (of, one) => of.Outcome == one, static one => one is "0" or "4" or "8" or "12"),
            "address" => AnyOf(query, value, static (of, one) => of.Agents.Any(agent => agent.Address == one)),
            "source" or "source.identifier" or "source:identifier" => AnyOf(query, value, static (of, one) => of.Observer == Bare(one)),
            "site" => Alternatives(value) is [var tenant] ? query with { Site = tenant } : null,
            "policy" => AnyOf(query, value, static (of, one) => of.Agents.Any(agent => agent.Policy == one)),
            // More than is given at once is asked for by clients that know no bound: they get a page (R4 3.1.1.5.2).
            "_count" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1
                ? query with
                {
                    Count = Math.Min(count, PageRequest.Most),
                }
                : null,
            "_page" => EventPlace.Parse(value) is { } place ? query with { Place = place } : null,
            "_format" => value is "json" or "application/fhir+json" or "application/json" ? query : null,
            "_pretty" => value is "true" or "false" ? query : null,
            "_summary" => value == "false" ? query : null,
            "_sort" => value == "-date" ? query : null,
            _ => null,
        };

    private static EventQuery With(EventQuery query, Func<FhirEvent, bool> condition) =>
        query with
        {
            Conditions = [.. query.Conditions, condition],
        };

    // One of several, between commas; null where one of them cannot be read.
    private static EventQuery? AnyOf(
        EventQuery query,
        string value,
        Func<FhirEvent, string, bool> matches,
        Func<string, bool>? isKnown = null
    )
    {
        var alternatives = Alternatives(value);
        return alternatives.Exists(one => one.Length == 0 || isKnown?.Invoke(one) == false)
            ? null
            : With(query, of => alternatives.Exists(one => matches(of, one)));
    }

    // FHIR's escapes: what stands behind a backslash parts nothing.
    private static List<string> Alternatives(string value)
    {
        var (alternatives, one) = (new List<string>(), new StringBuilder());
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == ',')
            {
                alternatives.Add(one.ToString());
                _ = one.Clear();
                continue;
            }

            i += value[i] == '\\' && i + 1 < value.Length ? 1 : 0;
            _ = one.Append(value[i]);
        }

        alternatives.Add(one.ToString());
        return alternatives;
    }

    private static bool IsId(string value) => Guid.TryParseExact(value.Split(EventFactory.Part)[0], "D", out _);

    private static string? PatientOf(string value)
    {
        var id = Bare(value);
        return PatientId.TryParse(id, out _) ? id : null;
    }

    // A reference's id, or an identifier's value; a system before it says nothing here.
    private static string Bare(string value)
    {
        const string Type = "Patient/";
        return value.StartsWith(Type, StringComparison.Ordinal) ? value[Type.Length..] : value.TrimStart('|');
    }

    private static bool IsEntity(FhirEntity entity, string value) =>
        entity.Reference == value
        || entity.Identifier == Bare(value)
        || entity.Reference?.StartsWith(value + "/_history/", StringComparison.Ordinal) == true;

    // FHIR's prefixes; a day, a month or a year is the whole of it.
    private static EventQuery? Date(EventQuery query, string value)
    {
        var prefix = value.Length > 2 && char.IsAsciiLetterLower(value[0]) ? value[..2] : "eq";
        var text = value.Length > 2 && char.IsAsciiLetterLower(value[0]) ? value[2..] : value;
        if (Period(text) is not { } period)
        {
            return null;
        }

        return prefix switch
        {
            "eq" => query with { From = Later(query.From, period.From), To = Earlier(query.To, period.To) },
            "ge" => query with { From = Later(query.From, period.From) },
            "gt" or "sa" => query with { From = Later(query.From, period.To) },
            "le" => query with { To = Earlier(query.To, period.To) },
            "lt" or "eb" => query with { To = Earlier(query.To, period.From) },
            _ => null,
        };
    }

    private static (DateTimeOffset From, DateTimeOffset To)? Period(string text)
    {
        foreach (var (format, characters) in new[] { ("yyyy", 4), ("yyyy-MM", 7), ("yyyy-MM-dd", 10) })
        {
            if (text.Length == characters)
            {
                return DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day)
                    ? (day, End(day, characters))
                    : null;
            }
        }

        return
            text.Contains('T', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? (moment, Behind(moment, LengthOf(text)))
            : null;
    }

    // A moment is as long as it is exact: a minute where it has no seconds, the last digit of what it has behind the point.
    private static TimeSpan LengthOf(string text)
    {
        const int MostDigits = 7;
        var time = text.AsSpan(text.IndexOf('T', StringComparison.Ordinal) + 1);
        var zone = time.IndexOfAny('Z', '+', '-');
        var clock = zone < 0 ? time : time[..zone];
        var point = clock.IndexOf('.');
        if (point >= 0)
        {
            var digits = Math.Min(clock.Length - point - 1, MostDigits);
            return TimeSpan.FromTicks((long)Math.Pow(10, MostDigits - digits));
        }

        return clock.Count(':') > 1 ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(1);
    }

    // What would end behind the calendar's end ends there.
    private static DateTimeOffset Behind(DateTimeOffset moment, TimeSpan length) =>
        DateTimeOffset.MaxValue - moment < length ? DateTimeOffset.MaxValue : moment + length;

    private static DateTimeOffset End(DateTimeOffset start, int length) =>
        (length, start) switch
        {
            (4, { Year: 9999 }) or (7, { Year: 9999, Month: 12 }) or (10, { Year: 9999, Month: 12, Day: 31 }) => DateTimeOffset.MaxValue,
            (4, _) => start.AddYears(1),
            (7, _) => start.AddMonths(1),
            _ => start.AddDays(1),
        };

    private static DateTimeOffset Later(DateTimeOffset? one, DateTimeOffset other) => one > other ? one.Value : other;

    private static DateTimeOffset Earlier(DateTimeOffset? one, DateTimeOffset other) => one < other ? one.Value : other;

    private static string Cut(string text) => text.Length <= 64 ? text : text[..64];
}
