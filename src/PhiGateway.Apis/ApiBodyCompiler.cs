using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>Compiles what a row of a declared table says about the request's body.</summary>
internal static class ApiBodyCompiler
{
    internal static ApiBody? Compile(
        ApiOperationOptions options,
        Interaction interaction,
        ResourceType type,
        Confidentiality floor,
        bool isNobodys,
        string path,
        List<ApiProblem> problems
    )
    {
        if (options.Body is not { } body)
        {
            if (interaction == Interaction.SearchType && options.Method == "POST")
            {
                problems.Add(new ApiProblem($"{path}:Body", "is required for a search by POST."));
            }

            return null;
        }

        path += ":Body";
        if (options.Method is "GET" or "DELETE")
        {
            problems.Add(new ApiProblem(path, $"has no meaning with {options.Method} (RFC 9110 section 9.3)."));
        }

        if (!IsJson(body.MediaType))
        {
            problems.Add(
                new ApiProblem(
                    $"{path}:MediaType",
                    "must be application/json or another JSON type in lower case without parameters, but not JSON Patch."
                )
            );
        }

        var members = ApiNames.Read(body.Members, $"{path}:Members", problems);
        if (interaction == Interaction.SearchType && members.Count == 0)
        {
            problems.Add(new ApiProblem($"{path}:Members", "is required for a search: the members by which may be searched."));
        }

        var shape = ApiShapeCompiler.Compile(
            type,
            floor,
            body.Patient,
            body.Id,
            body.Confidentiality,
            body.Labels,
            body.Tokens,
            path,
            problems
        ) with
        {
            TakesRequestPatient = options.Patient is not null && body.Patient is null,
            IsNobodys = isNobodys,
        };
        return new ApiBody(body.MediaType, members, shape);
    }

    private static bool IsJson(string mediaType) =>
        mediaType.StartsWith("application/", StringComparison.Ordinal)
        && (mediaType == "application/json" || mediaType.EndsWith("+json", StringComparison.Ordinal))
        && mediaType is not ("application/json-patch+json" or "application/fhir+json")
        && mediaType
            .AsSpan("application/".Length)
            .IndexOfAnyExcept(System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.+-")) < 0;
}
