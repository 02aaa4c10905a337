using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Bundles;

/// <summary>Reads one entry of a batch or transaction into a request.</summary>
internal static class RequestEntry
{
    private const int LongestUrl = 2048;

    private static readonly string[] Conditions = ["ifMatch", "ifNoneMatch", "ifModifiedSince", "ifNoneExist"];

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

    /// <summary>The entry's <c>urn:uuid:</c> or <c>urn:oid:</c> name; null when it has none.</summary>
    internal static string? FullUrl(JsonElement entry) =>
        StrictJson.Text(entry, "fullUrl") is { } url
        && (url.StartsWith("urn:uuid:", StringComparison.Ordinal) || url.StartsWith("urn:oid:", StringComparison.Ordinal))
            ? url
            : null;

    /// <summary>Notes an entry's name and what it stands for; false when the name is another entry's.</summary>
    internal static bool TryName(FhirContext context, TransactionNames names, string name, JsonElement entry)
    {
        var (method, url) = entry.TryGetProperty("request", out var request)
            ? (StrictJson.Text(request, "method"), StrictJson.Text(request, "url"))
            : (null, null);
        var condition = method == "POST" && StrictJson.Text(request, "ifNoneExist") is not null;

        // A conditional create may turn out to be somebody who is there already.
        return names.TryAdd(name, condition || url is null ? null : method, url is null ? null : OwnAddress.Relative(context, url));
    }

    internal static Reading<FhirRequest> Read(RequestSource bundle, BundleScope scope, JsonElement entry)
    {
        if (
            entry.ValueKind != JsonValueKind.Object
            || !entry.TryGetProperty("request", out var request)
            || StrictJson.Text(request, "method") is not { } method
            || StrictJson.Text(request, "url") is not { } url
        )
        {
            return Refusal.Body("entry without its request").As<FhirRequest>();
        }

        if (Array.Exists(Conditions, member => request.TryGetProperty(member, out var said) && !IsTextOrNothing(said)))
        {
            // Left out it would be done on no condition at all.
            return Refusal.Body("entry's condition is no text").As<FhirRequest>();
        }

        var isNamed = entry.TryGetProperty("fullUrl", out var name) && name.ValueKind != JsonValueKind.Null;
        if (isNamed && FullUrl(entry) is null && method == "POST")
        {
            return Refusal.Body("new resource with a name that is no urn:uuid or urn:oid").As<FhirRequest>();
        }

        var line = ReadLine(bundle, method, url);
        if (!line.TryGet(out var canonical, out var reason))
        {
            return Reading<FhirRequest>.Refused(reason, line.Detail, line.Place);
        }

        if (ReadBody(entry, scope, method, out var contentType, out var body) is { } refusal)
        {
            return refusal.As<FhirRequest>();
        }

        var headers = new FhirHeaders
        {
            ContentType = contentType,
            Prefer = bundle.Headers.Prefer,
            IfMatch = StrictJson.Text(request, "ifMatch"),
            IfNoneMatch = StrictJson.Text(request, "ifNoneMatch"),
            IfModifiedSince = StrictJson.Text(request, "ifModifiedSince"),
            IfNoneExist = StrictJson.Text(request, "ifNoneExist"),
        };
        var reading = RequestRouter.Route(
            new RequestSource(canonical, headers, body, bundle.Context, bundle.Scanner, scope, bundle.Budget)
        );
        if (!reading.TryGet(out var read, out _))
        {
            return reading;
        }

        if (read.Interaction == Interaction.Capabilities)
        {
            return Refusal.Unknown("capabilities in a bundle").As<FhirRequest>();
        }

        if (read.Interaction is Interaction.SearchType or Interaction.SearchSystem && method == "POST")
        {
            return Refusal.Unknown("search by POST in a bundle").As<FhirRequest>();
        }

        return Reading<FhirRequest>.Of(FullUrl(entry) is { } fullUrl ? read.Named(fullUrl) : read);
    }

    /// <summary>An entry that could not be read: its place in the batch, and nothing of what it says but for the record.</summary>
    internal static FhirRequest Unread(RequestSource bundle, JsonElement entry, DenyReason reason, Reading<FhirRequest> reading)
    {
        var request = entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("request", out var found) ? found : default;
        var (method, url) = (StrictJson.Text(request, "method"), StrictJson.Text(request, "url"));
        return new FhirRequest
        {
            Canonical = new CanonicalRequest("GET", bundle.Line.Base, [], []),
            Interaction = Interaction.None,
            Parts = [],
            Template = "batch entry",
            Unread = new UnreadEntry(
                reason,
                reading.Detail,
                Array.Find(Methods, known => known == method),
                url is { Length: > LongestUrl } ? url[..LongestUrl] : url
            )
            {
                Place = reading.Place,
            },
        };
    }

    // Null is what a program writes that writes what it does not have.
    private static bool IsTextOrNothing(JsonElement value) => value.ValueKind is JsonValueKind.String or JsonValueKind.Null;

    private static Reading<CanonicalRequest> ReadLine(RequestSource bundle, string method, string url)
    {
        var relative = OwnAddress.Relative(bundle.Context, url);
        return
            relative.StartsWith('/')
            || relative.AsSpan(0, relative.IndexOf('?', StringComparison.Ordinal) is var end and >= 0 ? end : relative.Length).Contains(':')
            ? Reading<CanonicalRequest>.Refused(DenyReason.MalformedPath, "entry's url is not relative to this server")
            : CanonicalReader.ReadAsked(method, $"{bundle.Line.Base}/{relative}", bundle.Line.Base);
    }

    // A JSON Patch travels in a bundle as a Binary (R4 3.1.0.11.2), and so may a merge patch, whose type says what it is.
    private static Refusal? ReadBody(
        JsonElement entry,
        BundleScope scope,
        string method,
        out string? contentType,
        out ReadOnlyMemory<byte> body
    )
    {
        contentType = null;
        body = default;
        if (
            !entry.TryGetProperty("resource", out var resource)
            || (resource.ValueKind == JsonValueKind.Null && method is not ("POST" or "PUT" or "PATCH"))
        )
        {
            // Also where a program writes what it does not have: these methods take none.
            return null;
        }

        contentType = "application/fhir+json";
        if (method == "PATCH" && StrictJson.Text(resource, "resourceType") == "Binary")
        {
            contentType = StrictJson.Text(resource, "contentType");
            var data = Encoding.UTF8.GetBytes(StrictJson.Text(resource, "data") ?? string.Empty);
            if (
                !HeaderGrammar.IsPatchInBinary(contentType)
                || System.Buffers.Text.Base64.DecodeFromUtf8InPlace(data, out var written) != System.Buffers.OperationStatus.Done
            )
            {
                return Refusal.Body("patch in a Binary that is neither JSON Patch nor merge patch");
            }

            body = data.AsMemory(0, written);
            return null;
        }

        body =
            (scope.IsTransaction ? scope.Names.Resolve(resource) : null)
            ?? System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(resource).ToArray();
        return null;
    }
}
