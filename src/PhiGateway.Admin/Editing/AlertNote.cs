using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// Reads and writes the notes in an alert's stored form that say what it was raised for, beyond what people read: which rules have spoken and
/// how grave it was, which places of a log are in it. Written by what raises alerts, so that every node knows what another has told.
/// </summary>
internal static class AlertNote
{
    /// <summary>Name of the note of rules.</summary>
    public const string Rules = "_found";

    /// <summary>Name of the note of places in a log.</summary>
    public const string Places = "_places";

    /// <summary>More of one log help nobody; what is beyond is told anew.</summary>
    public const int MostPlaces = 1000;

    /// <summary>The rules that have spoken, each with its gravest word; of an alert from before there were notes, what it shows.</summary>
    public static IReadOnlyDictionary<string, FindingSeverity> RulesOf(RegistryItem item, Alert alert)
    {
        var found = new Dictionary<string, FindingSeverity>(StringComparer.Ordinal);
        if (Parse(item.Json)[Rules] is not JsonObject note)
        {
            found[alert.Kind] = SeverityOf(alert);
            return found;
        }

        foreach (var (rule, word) in note)
        {
            if (word is JsonValue value && value.TryGetValue<string>(out var text) && Enum.TryParse(text, out FindingSeverity severity))
            {
                found[rule] = severity;
            }
        }

        return found;
    }

    /// <summary>The stored form of an alert of which a rule speaks too.</summary>
    public static string WithRule(string json, IReadOnlyDictionary<string, FindingSeverity> before, string rule, FindingSeverity severity)
    {
        var form = Parse(json);
        var note = new JsonObject();
        foreach (var (known, word) in before)
        {
            note[known] = word.ToString();
        }

        note[rule] = (before.TryGetValue(rule, out var was) && was > severity ? was : severity).ToString();
        form[Rules] = note;
        return form.ToJsonString();
    }

    /// <summary>The places of a log that an alert is about.</summary>
    public static IReadOnlySet<long> PlacesOf(RegistryItem item)
    {
        var places = new HashSet<long>();
        foreach (var place in Parse(item.Json)[Places] as JsonArray ?? [])
        {
            if (place is JsonValue value && value.TryGetValue<long>(out var sequence))
            {
                places.Add(sequence);
            }
        }

        return places;
    }

    /// <summary>The stored form of an alert about these places.</summary>
    public static string WithPlaces(string json, IEnumerable<long> places)
    {
        var form = Parse(json);
        form[Places] = new JsonArray([.. places.Take(MostPlaces).Select(static place => (JsonNode)place)]);
        return form.ToJsonString();
    }

    private static FindingSeverity SeverityOf(Alert alert) =>
        alert switch
        {
            { Severity: AlertSeverity.Urgent } => FindingSeverity.High,
            { Lane: AlertLane.Noise } => FindingSeverity.Low,
            _ => FindingSeverity.Medium,
        };

    private static JsonObject Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
