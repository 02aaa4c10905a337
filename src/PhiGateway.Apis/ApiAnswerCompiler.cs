using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>Compiles what a row of a declared table says about the answer: where its records are, and what leaves beside them.</summary>
internal static class ApiAnswerCompiler
{
    internal static ApiAnswer? Compile(
        ApiOperationOptions options,
        Interaction interaction,
        ResourceType type,
        Confidentiality floor,
        bool isNobodys,
        string path,
        List<ApiProblem> problems
    )
    {
        if (options.Answer is not { } answer)
        {
            if (interaction is Interaction.Read or Interaction.SearchType)
            {
                problems.Add(new ApiProblem($"{path}:Answer", "is required: where the records are and whose they are."));
            }

            return null;
        }

        path += ":Answer";
        if (interaction == Interaction.Delete)
        {
            problems.Add(
                new ApiProblem(path, "cannot be: a right to delete is none to read, so the body of the answer is never passed on.")
            );
        }

        if (answer.OnWithheld is not ("drop-item" or "withhold-answer"))
        {
            problems.Add(new ApiProblem($"{path}:OnWithheld", "must be drop-item or withhold-answer."));
        }

        if (answer.AssumeRequestPatient && (options.Patient is null || answer.Patient is not null))
        {
            problems.Add(new ApiProblem($"{path}:AssumeRequestPatient", "needs a Patient in the request's line, and none in the answer."));
        }

        if (answer.Patient is null && !answer.AssumeRequestPatient && !isNobodys)
        {
            problems.Add(
                new ApiProblem($"{path}:Patient", $"is required: a {type.Name} is somebody's record, and what names nobody is withheld.")
            );
        }

        var shape = ApiShapeCompiler.Compile(
            type,
            floor,
            answer.Patient,
            answer.Id,
            answer.Confidentiality,
            answer.Labels,
            answer.Tokens,
            path,
            problems
        ) with
        {
            TakesRequestPatient = answer.AssumeRequestPatient,
            IsNobodys = isNobodys,
            Elements = ReadElements(answer.Elements, path, problems),
        };
        if (answer.MaxItems < 1 || answer.MaxBytes is < 1)
        {
            problems.Add(new ApiProblem($"{path}:{(answer.MaxItems < 1 ? "MaxItems" : "MaxBytes")}", "must be at least 1."));
        }

        return new ApiAnswer(
            ReadEnvelope(answer, path, problems),
            answer.OnWithheld == "withhold-answer",
            answer.MaxItems,
            answer.MaxBytes,
            shape
        );
    }

    private static EnvelopeNode? ReadEnvelope(ApiAnswerOptions answer, string path, List<ApiProblem> problems)
    {
        if (answer.Items is null)
        {
            if (answer.Keep.Count > 0 || answer.Count is not null || answer.Next is not null)
            {
                problems.Add(
                    new ApiProblem($"{path}:Items", "is required where Keep, Count or Next are: without it the whole answer is one record.")
                );
            }

            return null;
        }

        var root = new EnvelopeNode();
        if (JsonPointer.TryParse(answer.Items) is not { EndsInEach: true } items || !root.TryAdd(items, EnvelopeRole.Item))
        {
            problems.Add(
                new ApiProblem($"{path}:Items", "must be a JSON pointer that ends in an array's elements, such as /results/* or /*.")
            );
        }

        for (var place = 0; place < answer.Keep.Count; place++)
        {
            Add(answer.Keep[place], EnvelopeRole.Keep, $"{path}:Keep:{place}");
        }

        if (answer.Count is not null)
        {
            Add(answer.Count, EnvelopeRole.Count, $"{path}:Count");
        }

        if (answer.Next is not null)
        {
            Add(answer.Next.Pointer, EnvelopeRole.Next, $"{path}:Next:Pointer");
        }

        return root;

        void Add(string text, EnvelopeRole role, string at)
        {
            if (JsonPointer.TryParse(text) is not { } pointer || !root.TryAdd(pointer, role))
            {
                problems.Add(new ApiProblem(at, "must be a JSON pointer to something beside the records, not around or inside them."));
            }
        }
    }

    private static List<KeyValuePair<string, JsonPointer>> ReadElements(
        IReadOnlyDictionary<string, string> elements,
        string path,
        List<ApiProblem> problems
    )
    {
        var read = new List<KeyValuePair<string, JsonPointer>>();
        foreach (var (element, pointers) in elements.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            var texts = pointers.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var parsed = texts.Select(JsonPointer.TryParse).OfType<JsonPointer>().ToList();
            if (element.Length == 0 || !ApiNames.IsElement(element) || texts.Length == 0 || parsed.Count < texts.Length)
            {
                problems.Add(
                    new ApiProblem(
                        $"{path}:Elements:{element}",
                        "must be a FHIR element and where it stands: JSON pointers within the record, with spaces between them."
                    )
                );
            }

            read.AddRange(parsed.Select(pointer => KeyValuePair.Create(element, pointer)));
        }

        return read;
    }
}
