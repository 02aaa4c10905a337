using System.Text.Json;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Bundles;

/// <summary>
/// Holds the <c>urn:uuid:</c> names by which the entries of one bundle refer to each other, and replaces them by ids where these are known.
/// </summary>
/// <remarks>
/// A name of an entry whose url holds an id is replaced by that id before the body is judged, and so it is forwarded: nobody after us
/// resolves it again.
/// A name of a new Patient stands for somebody who has no id yet, that of a new device or place for what is nobody's. Any other name leaves an
/// owner undetermined.
/// </remarks>
internal sealed class TransactionNames
{
    // A well-formed id that the scanner takes for an owner. Somebody real of this name would be taken for new, which only a grant for any
    // patient admits.
    private static readonly PatientId NewPatient = PatientId.Parse("new-patient.of.this.transaction");
    private static readonly string NewPatientReference = "Patient/" + NewPatient.Value;

    private readonly Dictionary<string, string?> _references = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _literal = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _new = new(StringComparer.Ordinal);

    internal bool IsKnown(string name) => _references.ContainsKey(name);

    /// <summary>Notes an entry's name; false when another entry has it already.</summary>
    internal bool TryAdd(string name, string? method, string? url)
    {
        var literal = method is "GET" or "PUT" or "PATCH" && url is not null && IsInstance(url) ? url : null;
        if (!_references.TryAdd(name, literal))
        {
            return false;
        }

        if (literal is not null)
        {
            _literal.Add(name, literal);
        }
        else if (method == "POST" && url == "Patient")
        {
            _new.Add(name, NewPatientReference);
        }
        else if (method == "POST" && url is not null && ResourceType.TryParse(url, out var type) && RecordNames.MayBeNobodys(type))
        {
            // A new device or place is one, whatever id it will have.
            _new.Add(name, $"{url}/new-record.of.this.transaction");
        }

        return true;
    }

    /// <summary>The resource with every name that is an id elsewhere in the bundle put as that id; null when there is none in it.</summary>
    internal byte[]? Resolve(JsonElement resource) => _literal.Count == 0 ? null : ReferenceRewriter.Rewrite(resource, _literal);

    /// <summary>Reads a body's facts, with the names of new Patients, devices and places as what they are.</summary>
    internal static bool TryScan(RequestSource source, JsonElement body, ResourceFacts facts)
    {
        if (
            source.Bundle is not { IsTransaction: true, Names: { _new.Count: > 0 } names }
            || ReferenceRewriter.Rewrite(body, names._new) is not { } rewritten
        )
        {
            return source.Scanner.TryScan(source.Body.Span, source.Context, facts);
        }

        var isRead = source.Scanner.TryScan(rewritten, source.Context, facts);
        facts.DeclareNew(NewPatient);
        return isRead;
    }

    private static bool IsInstance(string url)
    {
        var slash = url.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && ResourceType.TryParse(url.AsSpan(0, slash), out _) && FhirId.IsValid(url.AsSpan(slash + 1));
    }
}
