using PhiGateway.Fhir;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>
/// Turns a canonical request and its body into an <see cref="ApiRequest"/> by a declared table, or refuses it; the sibling of
/// <see cref="FhirRequestReader"/>.
/// </summary>
/// <remarks>Never throws for anything a client can send.</remarks>
public static class ApiRequestReader
{
    /// <summary>Reads the request.</summary>
    /// <param name="request">The canonical line.</param>
    /// <param name="headers">Headers with meaning.</param>
    /// <param name="body">Whole body; empty when there is none.</param>
    /// <param name="table">What may be asked.</param>
    /// <param name="maxDepth">Deepest JSON nesting that is read.</param>
    /// <param name="allowed">Methods that the path has instead, when the refusal is <see cref="DenyReason.MethodNotAllowed"/>; empty
    /// otherwise.</param>
    public static Reading<ApiRequest> Read(
        CanonicalRequest request,
        in FhirHeaders headers,
        ReadOnlyMemory<byte> body,
        ApiTable table,
        int maxDepth,
        out IReadOnlyList<string> allowed
    )
    {
        if (table.Find(request.Method, request.Segments, out var values, out allowed) is not { } operation)
        {
            return Reading<ApiRequest>.Refused(allowed.Count > 0 ? DenyReason.MethodNotAllowed : DenyReason.NoRoute, "not-in-table");
        }

        var id = operation.IdPlace < 0 ? null : values[operation.IdPlace];
        if (CheckQuery(request, operation) is { } query)
        {
            return query.As<ApiRequest>();
        }

        if (CheckConditions(request, headers) is { } conditions)
        {
            return conditions.As<ApiRequest>();
        }

        if (!TryReadPatients(request, operation, values, out var patients))
        {
            // In the path it is the thing asked for, and there is none of that name; elsewhere it is a value that cannot be read.
            return Reading<ApiRequest>.Refused(
                operation.PatientPlace >= 0 ? DenyReason.PatientNotFound : DenyReason.MalformedQuery,
                "patient-not-an-id"
            );
        }

        if (ApiBodyReader.Read(operation, headers, body, maxDepth, id, patients, out var sent) is { } broken)
        {
            return broken.As<ApiRequest>();
        }

        // A cursor is no part of the question: it says where in the answer to go on.
        string? handle = null;
        if (
            operation.Next is { Parameter: { } cursor }
            && request.Query.FirstOrDefault(parameter => parameter.Name == cursor) is { Name: not null } sealedCursor
        )
        {
            handle = sealedCursor.Value;
            request = new CanonicalRequest(
                request.Method,
                request.Base,
                [.. request.Segments],
                [.. request.Query.Where(parameter => parameter.Name != cursor)]
            );
        }

        var part = new AccessPart
        {
            Interaction = operation.Interaction,
            Type = operation.Type,
            Id = id,
            Patients = sent.Patients,
            PatientInPath = operation.PatientPlace >= 0,
            Body = sent.Facts,
            Relabels = sent.Relabels,
            Unsettles = sent.Unsettled,
            Uses =
            [
                .. request
                    .Query.Where(parameter => parameter.Name != operation.PatientParameter)
                    .Select(parameter => parameter.Name)
                    .Concat(sent.Searched)
                    .SelectMany(name => ElementOf(operation, name)),
                .. sent.Touched,
            ],
            Judgeable = operation.Judgeable,
        };
        var meaning = new FhirRequest
        {
            Canonical = request,
            Interaction = operation.Interaction,
            Type = operation.Type,
            Id = id,
            Parameters = request.Query,
            Parts = [part],
            Body = body,
            Headers = headers,
            Template = operation.Template,
        };
        return Reading<ApiRequest>.Of(
            new ApiRequest(meaning, operation, patients is [var one] ? one : null)
            {
                Handle = handle,
                // Whose a patched record shall be is not whose it is.
                Named = operation.Interaction == Interaction.Patch ? patients : sent.Patients,
            }
        );
    }

    private static Refusal? CheckQuery(CanonicalRequest request, ApiOperation operation)
    {
        for (var i = 0; i < request.Query.Count; i++)
        {
            var name = request.Query[i].Name;
            if (!operation.Query.Contains(name))
            {
                return Refusal.Parameter("parameter is not in the table").About(name);
            }

            for (var earlier = 0; earlier < i; earlier++)
            {
                if (request.Query[earlier].Name == name)
                {
                    return Refusal.Query("parameter is there twice").About(name);
                }
            }
        }

        return null;
    }

    // A precondition that went nowhere would let a write through that its client wanted stopped.
    private static Refusal? CheckConditions(CanonicalRequest request, in FhirHeaders headers)
    {
        if (request.Method is "GET" or "HEAD")
        {
            return null;
        }

        if (headers.IfNoneMatch is not null || headers.IfNoneExist is not null || headers.IfModifiedSince is not null)
        {
            return Refusal.Unknown("precondition");
        }

        return headers.IfMatch is { } tag && !ApiEntityTag.IsOne(tag) ? Refusal.Header("If-Match is not one entity tag") : null;
    }

    // What a parameter asks for could be told by what it finds; one of which nothing is known could ask for anything.
    private static IEnumerable<string> ElementOf(ApiOperation operation, string parameter) =>
        operation.QueryElements.GetValueOrDefault(parameter) switch
        {
            null => [AccessPart.UnknownElement],
            "" => [],
            var element => [element],
        };

    private static bool TryReadPatients(
        CanonicalRequest request,
        ApiOperation operation,
        string[] values,
        out IReadOnlyList<PatientId> patients
    )
    {
        patients = [];
        if (!operation.NamesPatient)
        {
            return true;
        }

        var text = operation.PatientPlace >= 0 ? values[operation.PatientPlace] : null;
        for (var i = 0; i < request.Query.Count && text is null; i++)
        {
            text = request.Query[i].Name == operation.PatientParameter ? request.Query[i].Value : null;
        }

        if (text is null)
        {
            return operation.PatientIsOptional;
        }

        var read = new List<PatientId>();
        foreach (var item in operation.PatientSeparator is { } separator ? text.Split(separator) : [text])
        {
            if (!operation.PatientForm.TryRead(item, out var patient))
            {
                return false;
            }

            if (!read.Contains(patient))
            {
                read.Add(patient);
            }
        }

        patients = read;
        return true;
    }
}
