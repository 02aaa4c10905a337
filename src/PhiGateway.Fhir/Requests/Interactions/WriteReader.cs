using System.Text.Json;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests.Bodies;
using PhiGateway.Fhir.Requests.Bundles;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>
/// Reads create, update and delete with their conditional forms: the write, the search that a condition makes, and the facts of the body.
/// </summary>
internal static class WriteReader
{
    internal static Reading<FhirRequest> Create(RequestSource source, ResourceType type)
    {
        if (CheckQuery(source.Line.Query) is { } refusal)
        {
            return refusal.As<FhirRequest>();
        }

        ReadCondition? condition = null;
        return source.Headers.IfNoneExist is { } text && ConditionReader.ReadText(source, type, text, out condition) is { } broken
            ? broken.As<FhirRequest>()
            : WithBody(source, type, null, Interaction.Create, condition, string.Empty);
    }

    internal static Reading<FhirRequest> Update(RequestSource source, ResourceType type, string id) =>
        CheckQuery(source.Line.Query) is { } refusal
            ? refusal.As<FhirRequest>()
            : WithBody(source, type, id, Interaction.Update, null, "/{id}");

    internal static Reading<FhirRequest> ConditionalUpdate(RequestSource source, ResourceType type) =>
        ConditionReader.Read(source, type, WithoutFormat(source.Line.Query), out var condition) is { } refusal
            ? refusal.As<FhirRequest>()
            : WithBody(source, type, null, Interaction.Update, condition, "?");

    internal static Reading<FhirRequest> Delete(RequestSource source, ResourceType type, string id) =>
        (ServerDefinitions.Check(source, type) ?? CheckQuery(source.Line.Query)) is { } refusal
            ? refusal.As<FhirRequest>()
            : Done(source, type, id, Interaction.Delete, null, null, new BodyFindings(), "/{id}");

    internal static Reading<FhirRequest> ConditionalDelete(RequestSource source, ResourceType type)
    {
        ReadCondition? condition = null;
        var refusal =
            ServerDefinitions.Check(source, type) ?? ConditionReader.Read(source, type, WithoutFormat(source.Line.Query), out condition);
        return refusal is not null
            ? refusal.As<FhirRequest>()
            : Done(source, type, null, Interaction.Delete, condition, null, new BodyFindings(), "?");
    }

    /// <summary>Query parameters of an unconditional write: none that mean anything.</summary>
    internal static Refusal? CheckQuery(IReadOnlyList<QueryParameter> query)
    {
        for (var i = 0; i < query.Count; i++)
        {
            if (!SaysForm(query[i]))
            {
                return Refusal.Parameter("write takes no such parameter").About(query[i].Name);
            }
        }

        return null;
    }

    /// <summary>The parameters of a condition in a query, without those that only shape the answer.</summary>
    internal static IReadOnlyList<QueryParameter> WithoutFormat(IReadOnlyList<QueryParameter> query) =>
        query.Any(SaysForm) ? [.. query.Where(static parameter => !SaysForm(parameter))] : query;

    /// <summary>
    /// Whether a parameter says only in which form an answer is written, as clients add it to each of their addresses (R4 3.1.0.1.5): a summary
    /// that is none says that all of it is.
    /// </summary>
    internal static bool SaysForm(QueryParameter parameter) =>
        parameter.Name is "_format" or "_pretty" || parameter is { Name: "_summary", Value: "false" };

    private static Reading<FhirRequest> WithBody(
        RequestSource source,
        ResourceType type,
        string? id,
        Interaction interaction,
        ReadCondition? condition,
        string shape
    )
    {
        if (!HeaderGrammar.IsJson(source.Headers.ContentType))
        {
            return Reading<FhirRequest>.Refused(DenyReason.UnsupportedMediaType, "body is not FHIR 4.0 JSON in UTF-8");
        }

        if (type.Name == "Subscription")
        {
            return Reading<FhirRequest>.Refused(DenyReason.NotUnderstood, "subscriptions send data where no one judges it");
        }

        if (ServerDefinitions.Check(source, type) is { } defined)
        {
            return defined.As<FhirRequest>();
        }

        if (!StrictJson.TryParse(source.Body, source.Context.MaxDepth, out var document))
        {
            return Reading<FhirRequest>.Refused(DenyReason.MalformedBody, "body is not strict JSON");
        }

        using (document)
        {
            // What is judged, forwarded and compared with the stored version is the body with its tag.
            if (source.Context.TenantTag is { } tag && TenantTagWriter.Add(document.RootElement, tag) is { } tagged)
            {
                return WithBody(source with { Body = tagged }, type, id, interaction, condition, shape);
            }

            return CheckBody(source, document.RootElement, type, id) is { } refusal
                ? refusal.As<FhirRequest>()
                : Scan(source, document.RootElement, type, id, interaction, condition, shape);
        }
    }

    private static Refusal? CheckBody(RequestSource source, JsonElement body, ResourceType type, string? id)
    {
        if (!StrictJson.TryReadType(body, out var bodyType) || bodyType != type)
        {
            return Refusal.Body("resourceType is not the path's");
        }

        if (body.TryGetProperty("id", out var bodyId) && (bodyId.ValueKind != JsonValueKind.String || !FhirId.IsValid(bodyId.GetString())))
        {
            return Refusal.Body("id outside the grammar");
        }

        var isMatch = id is null || string.Equals(StrictJson.Text(body, "id"), id, StringComparison.Ordinal);
        return isMatch ? null : Refusal.Body("id is not the path's");
    }

    private static Reading<FhirRequest> Scan(
        RequestSource source,
        JsonElement body,
        ResourceType type,
        string? id,
        Interaction interaction,
        ReadCondition? condition,
        string shape
    )
    {
        var found = new BodyFindings();
        if (BodyReferences.Check(body, source, found) is { } refusal)
        {
            return refusal.As<FhirRequest>();
        }

        var facts = new ResourceFacts();
        return TransactionNames.TryScan(source, body, facts)
            ? Done(source, type, id, interaction, condition, facts, found, shape)
            : Reading<FhirRequest>.Refused(DenyReason.MalformedBody, "body is not one resource that can be judged");
    }

    private static Reading<FhirRequest> Done(
        RequestSource source,
        ResourceType type,
        string? id,
        Interaction interaction,
        ReadCondition? condition,
        ResourceFacts? facts,
        BodyFindings found,
        string shape
    )
    {
        var patients = id is null ? [] : PathPatient.Of(type, id);
        var main = new AccessPart
        {
            Interaction = interaction,
            Type = type,
            Id = id,
            Patients = patients,
            Body = facts,
        };
        return Reading<FhirRequest>.Of(
            new FhirRequest
            {
                Canonical = source.Line,
                Interaction = interaction,
                Type = type,
                Id = id,
                Parameters = condition?.Parameters ?? [],
                Parts = [main, .. condition?.Parts ?? [], .. found.Parts],
                Conditions = condition is null
                    ? found.Conditions
                    : [new WriteCondition(condition.ToSearch(source.Line.Base), null), .. found.Conditions],
                Body = facts is null ? default : source.Body,
                Headers = source.Headers,
                Template = RouteTemplate.Of(source.Method, type, shape),
            }
        );
    }
}
