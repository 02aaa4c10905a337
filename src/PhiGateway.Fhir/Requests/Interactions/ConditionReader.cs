using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>
/// Reads the search inside a conditional write or reference. Its answer shows whether a match exists, so it becomes a part of its own.
/// </summary>
internal static class ConditionReader
{
    /// <summary>Reads the parameters; at least one must filter, or the condition would match everything.</summary>
    internal static Refusal? Read(
        RequestSource source,
        ResourceType type,
        IReadOnlyList<QueryParameter> parameters,
        out ReadCondition condition
    )
    {
        var reading = new SearchReading(source.Context, source.Budget, type, isCondition: true);
        condition = null!;
        if (SearchReader.Read(reading, parameters) is { } refusal)
        {
            return refusal;
        }

        if (!reading.HasFilter)
        {
            return Refusal.Query("condition without a filter");
        }

        var main = new AccessPart
        {
            Interaction = Interaction.SearchType,
            Type = type,
            Role = PartRole.Condition,
            Patients = reading.Patients,
            Conditions = reading.Conditions,
            Uses = reading.Uses,
        };
        condition = new ReadCondition(reading.Canonical(parameters), [main, .. reading.Others ?? []], reading.Used);
        return null;
    }

    /// <summary>
    /// Reads a condition that is text: the value of If-None-Exist, with or without its <c>?</c>, or the whole address of the search, as some
    /// clients write it (HAPI's names the address that it posts to).
    /// </summary>
    internal static Refusal? ReadText(RequestSource source, ResourceType type, string text, out ReadCondition condition)
    {
        condition = null!;
        text = QueryText.Encode(text);
        var query = text.AsSpan();
        var mark = query.IndexOf('?');
        if (mark == 0)
        {
            query = query[1..];
        }
        else if (mark > 0 && !query[..mark].Contains('='))
        {
            // An address, which can only be that of the search in what is created; a second mark could end it elsewhere for others.
            if (OwnAddress.Relative(source.Context, text[..mark]) != type.Name || query[(mark + 1)..].Contains('?'))
            {
                return Refusal.Parameter("condition's address is not that of the type that is created");
            }

            query = query[(mark + 1)..];
        }

        return CanonicalQuery.Read(query, source.Context.MaxParameters, out var parameters)
            ?? Read(source, type, WithoutJsonFormat(parameters), out condition);
    }

    // What only says how an answer would be written, as clients add it to each of their addresses; another form than JSON is refused.
    private static IReadOnlyList<QueryParameter> WithoutJsonFormat(IReadOnlyList<QueryParameter> query) =>
        query.Any(static parameter => parameter.Name == "_format" && !RequestHeaders.IsJsonFormat(parameter.Value))
            ? query
            : WriteReader.WithoutFormat(query);
}
