using System.Text;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Apis;

/// <summary>
/// Writes the call that goes to a declared API, from the canonical request; no byte of the client's line and none of its headers but a
/// checked If-Match.
/// </summary>
public static class ApiCallFactory
{
    private static readonly KeyValuePair<string, string> Accept = KeyValuePair.Create("Accept", "application/json");

    /// <summary>The call for a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="entityTag">The version that a write is tied to; null: the client's own, if it named one.</param>
    /// <param name="permit">Narrows a search that names no patient, where the row has a parameter for it; null: nothing is
    /// narrowed.</param>
    /// <param name="isNew">Nothing was there that it would write over, and nothing may have come meanwhile.</param>
    public static UpstreamCall Create(ApiRequest request, string? entityTag, Permit? permit = null, bool isNew = false)
    {
        var meaning = request.Meaning;
        var method = meaning.Canonical.Method == "HEAD" ? "GET" : meaning.Canonical.Method;
        var tag = meaning.IsWrite ? entityTag ?? meaning.Headers.IfMatch : null;
        return new UpstreamCall(
            method,
            Target(request, Parameters(request, permit)),
            meaning.Body.IsEmpty ? null : request.Operation.Body!.MediaType,
            meaning.Body,
            Headers(tag, isNew)
        );
    }

    private static KeyValuePair<string, string>[] Headers(string? tag, bool isNew)
    {
        if (isNew)
        {
            return [Accept, KeyValuePair.Create("If-None-Match", "*")];
        }

        return tag is null ? [Accept] : [Accept, KeyValuePair.Create("If-Match", tag)];
    }

    /// <summary>The call that reads the stored version of what a write changes.</summary>
    public static UpstreamCall ReadStored(ApiRequest request) => new("GET", Target(request, []), null, default, [Accept]);

    /// <summary>The call for a page whose address the backend gave.</summary>
    /// <param name="place">Path and query below the backend's base.</param>
    public static UpstreamCall Page(string place) => new("GET", place, null, default, [Accept]);

    // Narrowing is a courtesy to the backend; the judge is the guarantee.
    private static IReadOnlyList<QueryParameter> Parameters(ApiRequest request, Permit? permit)
    {
        var (operation, parameters) = (request.Operation, request.Meaning.Parameters);
        var narrow = permit?.Obligations.OfType<NarrowSearch>().FirstOrDefault();
        List<QueryParameter>? added = null;
        if (
            operation is { PatientIsOptional: true, PatientParameter: { } name }
            && request.Meaning.Parts[0].Patients.Count == 0
            && narrow is { Patients: { Count: > 0 } patients }
            && (patients.Count == 1 || operation.PatientSeparator is not null)
        )
        {
            added =
            [
                .. parameters,
                new QueryParameter(
                    name,
                    string.Join(operation.PatientSeparator, patients.Select(patient => operation.PatientForm.Prefix + patient.Value))
                ),
            ];
        }

        if (request.Cursor is { } cursor && operation.Next is { Parameter: { } place })
        {
            (added ??= [.. parameters]).Add(new QueryParameter(place, cursor));
        }

        return added ?? parameters;
    }

    private static string Target(ApiRequest request, IReadOnlyList<QueryParameter> parameters)
    {
        var target = new StringBuilder(128);
        CanonicalWriter.AppendPath(target, request.Meaning.Canonical.Segments);
        CanonicalWriter.AppendQuery(target, parameters, '?');
        return target.ToString();
    }
}
