using System.Buffers;
using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests.Forwarding;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests;

/// <summary>
/// Writes the call that goes upstream: the same meaning, narrowed by the permit's obligations, strict handling, JSON only.
/// </summary>
/// <remarks>
/// <c>_elements</c> and <c>_summary</c> never go upstream, since what they cut away is what judgement needs; the answer is trimmed
/// afterwards.
/// Conditional reads (<c>If-None-Match</c>, <c>If-Modified-Since</c>) do not go upstream: a 304 would answer before anything was judged.
/// </remarks>
public static class UpstreamCallFactory
{
    private const string Json = "application/fhir+json";

    // One for all reads: nobody changes the headers of a call, who adds one makes a call anew.
    private static readonly KeyValuePair<string, string>[] OnlyAccept = [Accept];

    /// <summary>
    /// What the permit's obligations cannot be met for: a bare count of things of which some are withheld. Null: nothing.
    /// </summary>
    /// <remarks>Asked after the decision and before <see cref="Create"/>.</remarks>
    public static DenyReason? FindConflict(FhirRequest request, Permit permit) =>
        request.IsCountOnly && Narrowing.Withholds(permit) ? DenyReason.HiddenElement : null;

    /// <summary>
    /// The parameters that <see cref="Create"/> adds to a search on the permit's behalf, and that its answer's self link must therefore
    /// show. Empty: none.
    /// </summary>
    /// <remarks>
    /// Not the types of a compartment search or of an operation: servers may leave them out of a self link, and what comes is judged by
    /// type anyway.
    /// </remarks>
    public static IReadOnlyList<KeyValuePair<string, string>> FindNarrowing(FhirRequest request, Permit permit) =>
        request.Interaction == Interaction.SearchType || (request.Interaction == Interaction.SearchSystem && request.CompartmentId is null)
            ? Narrowing.Added(request, permit)
            : [];

    /// <summary>
    /// The one among them that names patients: it is no news to the client's own self link, and no disclosure of who is on a roster. Null:
    /// none.
    /// </summary>
    public static KeyValuePair<string, string>? FindConfinement(FhirRequest request, Permit permit) => Narrowing.Owner(request, permit);

    /// <summary>The includes that go upstream, where the client's own stand for all of a type; null: they go as they came.</summary>
    public static IReadOnlyList<QueryParameter>? FindIncludes(FhirRequest request, Permit permit) => Narrowing.Includes(request, permit);

    /// <summary>
    /// Whether something of the answer may be withheld, so that neither counts nor pages of the upstream's are the client's to know.
    /// </summary>
    public static bool Withholds(Permit permit) => Narrowing.Withholds(permit);

    /// <summary>Whether the answer is confined by anything but labels: to patients, a tenant, a number of records or of uses.</summary>
    public static bool Confines(Permit permit) => Narrowing.Confines(permit);

    /// <summary>Whether chains are looked up before the search goes upstream.</summary>
    public static bool ResolvesWalks(Permit permit) => Narrowing.ResolvesWalks(permit);

    /// <summary>
    /// Matches per page that the client is given, as it asked and as its permit limits; 0: as many as the upstream gives.
    /// </summary>
    public static int PageSize(FhirRequest request, Permit permit) => Narrowing.PageSize(request, permit);

    /// <summary>
    /// Generates the call; adds <see cref="NarrowSearch"/> parameters as separate ANDs and the types that remain of a request for all
    /// types.
    /// </summary>
    /// <exception cref="ArgumentException">The request is one that the gateway answers itself (a handle, a public document), or takes apart
    /// (a bundle, a conditional write).</exception>
    public static UpstreamCall Create(FhirRequest request, Permit permit) =>
        request.Interaction switch
        {
            Interaction.Read or Interaction.VRead or Interaction.HistoryInstance or Interaction.HistoryType or Interaction.HistorySystem =>
                Get(request, Narrowing.Shape(request, permit), null),
            Interaction.SearchType or Interaction.SearchSystem => Search(request, permit),
            Interaction.Create when request.Conditions.Count == 0 => Write(request, permit, "POST"),
            Interaction.Update when request.Conditions.Count == 0 => Write(request, permit, "PUT"),
            Interaction.Patch when request.Conditions.Count == 0 => Write(
                request,
                permit,
                request.Patch is { IsAppliedHere: true } ? "PUT" : "PATCH"
            ),
            Interaction.Delete when request.Conditions.Count == 0 => Write(request, permit, "DELETE"),
            Interaction.Operation => Operation(request, permit, null),
            Interaction.Export => Operation(request, permit, "respond-async"),
            _ => throw new ArgumentException("The gateway answers this request itself.", nameof(request)),
        };

    /// <summary>
    /// Generates the call of a patch that was applied here, for an upstream to apply that takes patches and no updates: what was understood
    /// of it, never the client's own bytes.
    /// </summary>
    /// <param name="request">The patch.</param>
    /// <param name="permit">Its permit.</param>
    public static UpstreamCall CreatePatch(FhirRequest request, Permit permit) =>
        request.Patch is { } patch
            ? Write(request, permit, "PATCH", patch.Rewritten, patch.MediaType)
            : throw new ArgumentException("It is no patch.", nameof(request));

    /// <summary>Generates the one call of a transaction from the calls of its entries.</summary>
    /// <param name="transaction">The transaction, without conditions.</param>
    /// <param name="calls">One per entry, each made for the permit of its own.</param>
    public static UpstreamCall CreateTransaction(FhirRequest transaction, IReadOnlyList<UpstreamCall> calls) =>
        new(
            "POST",
            string.Empty,
            Json,
            BundleWriter.Write(transaction, calls),
            Preference.Return(transaction.Headers.Prefer) is { } preference ? [Accept, KeyValuePair.Create("Prefer", preference)] : [Accept]
        );

    /// <summary>The same creation, unless something matches a condition: narrowed like the search that found nothing.</summary>
    /// <param name="create">The call of the creation.</param>
    /// <param name="condition">The search that found nothing.</param>
    /// <param name="permit">The search's own permit.</param>
    public static UpstreamCall Unless(UpstreamCall create, FhirRequest condition, Permit permit)
    {
        var text = new StringBuilder(128);
        CanonicalWriter.AppendQuery(
            text,
            [.. Narrowing.Shape(condition, permit).Where(static parameter => parameter.Name != "_count")],
            null
        );
        return create with { Headers = [.. create.Headers, KeyValuePair.Create("If-None-Exist", text.ToString())] };
    }

    private static KeyValuePair<string, string> Accept => KeyValuePair.Create("Accept", Json);

    private static UpstreamCall Get(FhirRequest request, IReadOnlyList<QueryParameter> parameters, string? prefer) =>
        new(
            "GET",
            Target(request, parameters),
            null,
            default,
            prefer is null ? OnlyAccept : [Accept, KeyValuePair.Create("Prefer", prefer)]
        );

    private static UpstreamCall Search(FhirRequest request, Permit permit)
    {
        if (Narrowing.ResolvesWalks(permit) && WalkReader.HasWalks(request))
        {
            throw new ArgumentException("What the search walks over is looked up first.", nameof(request));
        }

        var parameters = Narrowing.Shape(request, permit);
        if (request.Canonical.Method != "POST")
        {
            return Get(request, parameters, "handling=strict");
        }

        var form = new StringBuilder(256);
        CanonicalWriter.AppendQuery(form, parameters, null);
        return new UpstreamCall(
            "POST",
            Target(request, []),
            "application/x-www-form-urlencoded",
            Encoding.ASCII.GetBytes(form.ToString()),
            [Accept, KeyValuePair.Create("Prefer", "handling=strict")]
        );
    }

    private static UpstreamCall Operation(FhirRequest request, Permit permit, string? prefer)
    {
        // Bulk Data Access has a list of patients in the body of a POST only; servers refuse it in a query, or export everybody.
        if (request is { Operation: "$export", Canonical.Method: "POST" } && request.Parameter("patient") is not null)
        {
            return new UpstreamCall(
                "POST",
                Target(request, []),
                Json,
                ExportInputs.Write(Narrowing.Shape(request, permit)),
                [Accept, KeyValuePair.Create("Prefer", "respond-async")]
            );
        }

        // These are wholly understood as parameters, so that the types that remain can be set, or how many are asked for.
        if (request.Canonical.Method != "POST" || request.Operation is "$export" or "$everything" or "$lastn")
        {
            return Get(request, Narrowing.Shape(request, permit), prefer);
        }

        List<KeyValuePair<string, string>> headers = prefer is null ? [Accept] : [Accept, KeyValuePair.Create("Prefer", prefer)];
        var body = request.Operation == "$match" && Narrowing.Withholds(permit) ? WithoutPick(request.Body) : request.Body;
        return new UpstreamCall("POST", Target(request, []), body.IsEmpty ? null : Json, body, headers);
    }

    // Of the best matches some may be withheld: how many leave is counted here, and whether there is one alone is found out here.
    private static ReadOnlyMemory<byte> WithoutPick(ReadOnlyMemory<byte> parameters)
    {
        using var document = JsonDocument.Parse(parameters, new JsonDocumentOptions { MaxDepth = 1000 });
        if (
            !document.RootElement.TryGetProperty("parameter", out var list)
            || list.ValueKind != JsonValueKind.Array
            || !list.EnumerateArray().Any(IsPick)
        )
        {
            return parameters;
        }

        var output = new ArrayBufferWriter<byte>(parameters.Length);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "Parameters");
            json.WriteStartArray("parameter");
            foreach (var parameter in list.EnumerateArray())
            {
                if (!IsPick(parameter))
                {
                    parameter.WriteTo(json);
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static bool IsPick(JsonElement parameter) => StrictJson.Text(parameter, "name") is "count" or "onlyCertainMatches";

    private static UpstreamCall Write(FhirRequest request, Permit permit, string method) =>
        Write(request, permit, method, BodyOf(request), Json);

    private static UpstreamCall Write(FhirRequest request, Permit permit, string method, ReadOnlyMemory<byte> body, string mediaType)
    {
        var headers = new List<KeyValuePair<string, string>> { Accept };
        if (request.Headers.IfMatch is { } tag)
        {
            headers.Add(KeyValuePair.Create("If-Match", tag));
        }

        // Who may write and not read is not shown what was written: then the upstream need not send it.
        var preference = permit.Release.Types.Contains(request.Type) ? Preference.Return(request.Headers.Prefer) : "return=minimal";
        if (preference is not null)
        {
            headers.Add(KeyValuePair.Create("Prefer", preference));
        }

        return new UpstreamCall(method, Target(request, []), body.IsEmpty ? null : mediaType, body, headers);
    }

    // Of a patch never the client's own bytes: the result, or what was understood of it.
    private static ReadOnlyMemory<byte> BodyOf(FhirRequest request) =>
        request.Patch switch
        {
            null when request.Patched.IsEmpty => request.Body,
            null => request.Patched,
            { IsAppliedHere: false } patch => patch.Rewritten,
            _ when request.Patched.IsEmpty => throw new InvalidOperationException("A patch goes upstream once it was applied."),
            _ => request.Patched,
        };

    private static string Target(FhirRequest request, IReadOnlyList<QueryParameter> parameters)
    {
        // Most calls are for one record by its name, which is written as it is: nothing need be put together piece by piece.
        if (
            parameters.Count == 0
            && request.Canonical.SegmentArray is [var type, var id]
            && CanonicalWriter.IsBare(type)
            && CanonicalWriter.IsBare(id)
        )
        {
            return string.Concat("/", type, "/", id);
        }

        var target = new StringBuilder(128);
        CanonicalWriter.AppendPath(target, request.Canonical.Segments);
        CanonicalWriter.AppendQuery(target, parameters, '?');
        return target.ToString();
    }
}
