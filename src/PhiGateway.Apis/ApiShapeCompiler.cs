using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>Compiles the pointers that say where a record holds what policy must know of it into an <see cref="ApiShape"/>.</summary>
internal static class ApiShapeCompiler
{
    internal static ApiShape Compile(
        ResourceType type,
        Confidentiality floor,
        ApiPointerOptions? patient,
        string? id,
        string? confidentiality,
        string? labels,
        IReadOnlyDictionary<string, string> tokens,
        string path,
        List<ApiProblem> problems
    )
    {
        var read = new List<KeyValuePair<string, JsonPointer>>(tokens.Count);
        foreach (var (parameter, pointer) in tokens.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            if (parameter.Length == 0 || parameter[0] == '_' || !parameter.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            {
                problems.Add(
                    new ApiProblem(
                        $"{path}:Tokens:{parameter}",
                        "must be a FHIR token search parameter without modifier, such as category."
                    )
                );
            }
            else if (Read(pointer, $"{path}:Tokens:{parameter}", problems) is { } found)
            {
                read.Add(KeyValuePair.Create(parameter, found));
            }
        }

        if (Read(id, $"{path}:Id", problems) is { } own && own.Steps.Contains(null))
        {
            problems.Add(new ApiProblem($"{path}:Id", "must lead to one value: a record has one id."));
        }

        if (patient is { Number: true, Prefix.Length: > 0 })
        {
            problems.Add(new ApiProblem($"{path}:Patient:Prefix", "cannot stand before a number."));
        }

        return new ApiShape
        {
            Type = type,
            Floor = floor,
            Patient = patient is null ? null : Require(patient.Pointer, $"{path}:Patient:Pointer", problems),
            PatientForm = new PatientIdForm(patient?.Prefix ?? string.Empty, patient?.Number ?? false),
            Id = JsonPointer.TryParse(id),
            Confidentiality = Read(confidentiality, $"{path}:Confidentiality", problems),
            Labels = Read(labels, $"{path}:Labels", problems),
            Tokens = read,
        };
    }

    private static JsonPointer? Read(string? text, string path, List<ApiProblem> problems) =>
        text is null ? null : Require(text, path, problems);

    private static JsonPointer? Require(string text, string path, List<ApiProblem> problems)
    {
        var pointer = JsonPointer.TryParse(text);
        if (pointer is null)
        {
            problems.Add(
                new ApiProblem(
                    path,
                    "must be a JSON pointer within the record, such as /patient/id; * stands for every element of an array."
                )
            );
        }

        return pointer;
    }
}
