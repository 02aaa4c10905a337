using System.Globalization;
using System.Text.Json.Nodes;

namespace PhiGateway.Console.Pages.Search;

/// <summary>One record of the trail in a list: what happened, to whom and why, without the patients it is about.</summary>
/// <param name="Id">Id of the record.</param>
/// <param name="Parent">The record that this one belongs to; null: none.</param>
/// <param name="At">When.</param>
/// <param name="Kind">Kind of record.</param>
/// <param name="Event">What happened.</param>
/// <param name="Decision">permit, deny, error; empty: none was made.</param>
/// <param name="Reason">Code of the refusal; null: none.</param>
/// <param name="Who">Client or person; null: nobody we know.</param>
/// <param name="IsClient">Whether that is a client.</param>
/// <param name="Tenant">Tenant.</param>
/// <param name="What">Template of the request, or what was changed.</param>
/// <param name="Status">HTTP status; 0: none.</param>
/// <param name="Released">How many resources were released.</param>
/// <param name="Withheld">How many were withheld.</param>
/// <param name="Purpose">Purpose of use.</param>
public sealed record TrailLine(
    Guid Id,
    Guid? Parent,
    DateTimeOffset At,
    string Kind,
    string Event,
    string Decision,
    string? Reason,
    string? Who,
    bool IsClient,
    string? Tenant,
    string? What,
    int Status,
    long Released,
    long Withheld,
    string? Purpose
)
{
    /// <summary>Reads one item of a page of the trail; null: it is no record.</summary>
    internal static TrailLine? Of(JsonNode? item)
    {
        if (item?["record"] is not JsonObject record || !Guid.TryParse(Text(record, "id"), out var id))
        {
            return null;
        }

        var client = Text(record, "client");
        return new TrailLine(
            id,
            Guid.TryParse(Text(record, "parentId"), out var parent) ? parent : null,
            DateTimeOffset.TryParse(Text(record, "time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                ? at
                : default,
            Text(record, "kind") ?? string.Empty,
            Text(record, "event") ?? string.Empty,
            Text(record, "decision") ?? string.Empty,
            Text(record, "reason"),
            client ?? Text(record, "actor"),
            client is not null,
            Text(record, "tenant"),
            Text(record, "template") ?? Text(record, "target"),
            (int)Math.Clamp(Number(record, "status"), 0, int.MaxValue),
            Number(record, "resourceCount"),
            Number(record, "withheldCount"),
            Text(record, "purpose")
        );
    }

    /// <summary>A member that is text; null: absent or something else.</summary>
    internal static string? Text(JsonObject record, string name) =>
        record[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A member that is a number; 0: absent or something else.</summary>
    internal static long Number(JsonObject record, string name) =>
        record[name] is JsonValue value && value.TryGetValue<long>(out var number) ? number : 0;
}
