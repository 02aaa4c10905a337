using System.Globalization;
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
    private static readonly string[] InBodyOnly = ["patient", "patient.identifier", "entity", "entity.identifier"];

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
            "patient" or "patient.identifier" or "patient:identifier" => PatientOf(value) is { } id ? query with { Patient = id } : null,
            "agent" or "agent.identifier" or "agent:identifier" => query with { Agents = [.. query.Agents, Bare(value)] },
            "entity" or "entity.identifier" or "entity:identifier" => With(query, of => of.Entities.Any(entity => IsEntity(entity, value))),
            "entity-type" => With(query, of => of.Entities.Any(entity => entity.Type.Matches(value))),
            "entity-role" => With(query, of => of.Entities.Any(entity => entity.Role?.Matches(value) == true)),
            "type" => With(query, of => of.Type.Matches(value)),
            "subtype" => With(query, of => of.Subtypes.Any(subtype => subtype.Matches(value))),
            "action" => value is "C" or "R" or "U" or "D" or "E" ? With(query, of => of.Action == value[0]) : null,
            "outcome" => value is "0" or "4" or "8" or "12" ? With(query, of => of.Outcome == value) : null,
            "address" => With(query, of => of.Agents.Any(agent => agent.Address == value)),
            "source" or "source.identifier" or "source:identifier" => With(query, of => of.Observer == Bare(value)),
            "site" => query with { Site = value },
            "policy" => With(query, of => of.Agents.Any(agent => agent.Policy == value)),
            "_count" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count is >= 1 and <= PageRequest.Most
                ? query with
                {
                    Count = count,
                }
                : null,
            "_page" => EventPlace.Parse(value) is { } place ? query with { Place = place } : null,
            "_format" => value is "json" or "application/fhir+json" or "application/json" ? query : null,
            "_sort" => value == "-date" ? query : null,
            _ => null,
        };

    private static EventQuery With(EventQuery query, Func<FhirEvent, bool> condition) =>
        query with
        {
            Conditions = [.. query.Conditions, condition],
        };

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

        var length = text.Contains('.', StringComparison.Ordinal) ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromSeconds(1);
        return
            text.Contains('T', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? (moment, Behind(moment, length))
            : null;
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
