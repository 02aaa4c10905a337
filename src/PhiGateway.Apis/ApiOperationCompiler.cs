using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>Compiles one row of a declared table.</summary>
internal static class ApiOperationCompiler
{
    private static readonly Dictionary<string, Interaction> Interactions = new(StringComparer.Ordinal)
    {
        ["read"] = Interaction.Read,
        ["search"] = Interaction.SearchType,
        ["create"] = Interaction.Create,
        ["update"] = Interaction.Update,
        ["patch"] = Interaction.Patch,
        ["delete"] = Interaction.Delete,
    };

    // What HTTP lets a method mean (RFC 9110 section 9): a GET changes nothing, a DELETE does nothing else.
    private static readonly Dictionary<string, Interaction[]> Meanings = new(StringComparer.Ordinal)
    {
        ["GET"] = [Interaction.Read, Interaction.SearchType],
        ["POST"] = [Interaction.SearchType, Interaction.Create, Interaction.Update, Interaction.Patch, Interaction.Delete],
        ["PUT"] = [Interaction.Create, Interaction.Update],
        ["PATCH"] = [Interaction.Patch, Interaction.Update],
        ["DELETE"] = [Interaction.Delete],
    };

    // The parameter of a sealed page, which is the gateway's own.
    private const string PageParameter = "_page";

    // Envelopes of FHIR's own, whose content is something else.
    private static readonly string[] Containers = ["Bundle", "Parameters", "OperationOutcome", "CapabilityStatement"];

    internal static ApiOperation? Compile(ApiOperationOptions options, Confidentiality floor, string path, List<ApiProblem> problems)
    {
        var before = problems.Count;
        if (!Meanings.TryGetValue(options.Method, out var meanings))
        {
            problems.Add(new ApiProblem($"{path}:Method", "must be GET, POST, PUT, PATCH or DELETE."));
        }

        if (!Interactions.TryGetValue(options.Interaction, out var interaction))
        {
            problems.Add(new ApiProblem($"{path}:Interaction", $"must be one of {string.Join(", ", Interactions.Keys)}."));
        }
        else if (meanings is not null && !meanings.Contains(interaction))
        {
            problems.Add(new ApiProblem($"{path}:Interaction", $"cannot be {options.Interaction} with {options.Method}."));
        }

        if (!ResourceType.TryParse(options.ResourceType, out var type) || Containers.Contains(type.Name))
        {
            problems.Add(
                new ApiProblem($"{path}:ResourceType", "must be a FHIR R4 resource type that is no mere envelope, such as Observation.")
            );
        }

        if (PathTemplate.TryParse(options.Path, out var why) is not { } template)
        {
            problems.Add(new ApiProblem($"{path}:Path", why));
            return null;
        }

        var level = options.Confidentiality is null
            ? floor
            : ApiTableCompiler.ReadLevel(options.Confidentiality, $"{path}:Confidentiality", problems);
        var query = ReadNames(options.Query, $"{path}:Query", problems);
        ReadPatient(options, template, query, interaction, path, problems);
        ReadNext(options, query, interaction, path, problems);
        ReadQueryElements(options, query, path, problems);
        if (options.Id is not null && template.PlaceOf(options.Id) < 0)
        {
            problems.Add(new ApiProblem($"{path}:Id", "must be a variable of Path."));
        }

        var isNobodys = PatientPathTable.Instance.IsNobody(type);
        var body = ReadBody(options, interaction, type, level, isNobodys, path, problems);
        var answer = ReadAnswer(options, interaction, type, level, isNobodys, path, problems);
        return problems.Count > before
            ? null
            : new ApiOperation(options.Method, template, type, interaction)
            {
                IdPlace = template.PlaceOf(options.Id),
                PatientPlace = options.Patient is { In: "path" } ? template.PlaceOf(options.Patient.Name) : -1,
                PatientParameter = options.Patient is { In: "query" } ? options.Patient.Name : null,
                PatientForm = new PatientIdForm(options.Patient?.Prefix ?? string.Empty, false),
                PatientIsOptional = options.Patient is { Optional: true },
                PatientSeparator = options.Patient?.Separator,
                QueryElements = new Dictionary<string, string>(options.QueryElements, StringComparer.Ordinal),
                Next = options.Answer?.Next is { } next ? new ApiNext(next.Parameter) : null,
                Query = query,
                Body = body,
                Answer = answer,
                Floor = level,
            };
    }

    private static HashSet<string> ReadNames(IReadOnlyList<string> names, string path, List<ApiProblem> problems)
    {
        var read = new HashSet<string>(StringComparer.Ordinal);
        for (var place = 0; place < names.Count; place++)
        {
            if (
                names[place].Length is 0 or > 64
                || names[place].Any(char.IsControl)
                || !read.Add(names[place])
                || string.Equals(names[place], "access_token", StringComparison.OrdinalIgnoreCase)
            )
            {
                problems.Add(
                    new ApiProblem(
                        $"{path}:{place}",
                        "must be a name of 1 to 64 characters that is not there before; a token never stands in a query."
                    )
                );
            }
        }

        return read;
    }

    private static void ReadPatient(
        ApiOperationOptions options,
        PathTemplate template,
        HashSet<string> query,
        Interaction interaction,
        string path,
        List<ApiProblem> problems
    )
    {
        if (options.Patient is not { } patient)
        {
            return;
        }

        if (patient.In is not ("path" or "query"))
        {
            problems.Add(new ApiProblem($"{path}:Patient:In", "must be path or query; a patient in the body is declared there."));
        }
        else if (patient.In == "path" && template.PlaceOf(patient.Name) < 0)
        {
            problems.Add(new ApiProblem($"{path}:Patient:Name", "must be a variable of Path."));
        }
        else if (patient.In == "query" && ReadNames([patient.Name], $"{path}:Patient:Name", problems).Count > 0)
        {
            query.Add(patient.Name);
        }

        if (
            (patient.Optional || patient.Separator is not null)
            && (patient.In != "query" || interaction != Interaction.SearchType || options.Answer is { AssumeRequestPatient: true })
        )
        {
            problems.Add(
                new ApiProblem(
                    $"{path}:Patient:{(patient.Optional ? "Optional" : "Separator")}",
                    "belongs to the query of a search whose records say whose they are: only there may patients be left out, or several be named."
                )
            );
        }

        if (
            patient.Separator is { } separator
            && (
                separator.Length != 1
                || char.IsAsciiLetterOrDigit(separator[0])
                || separator[0] is '-' or '.' or '&' or '=' or '%' or '+'
                || char.IsControl(separator[0])
            )
        )
        {
            problems.Add(new ApiProblem($"{path}:Patient:Separator", "must be one character that stands in no id, such as a comma."));
        }
    }

    private static void ReadNext(
        ApiOperationOptions options,
        HashSet<string> query,
        Interaction interaction,
        string path,
        List<ApiProblem> problems
    )
    {
        if (options.Answer?.Next is not { } next)
        {
            return;
        }

        if (options.Method != "GET" || interaction != Interaction.SearchType || options.Answer.Items is null)
        {
            problems.Add(new ApiProblem($"{path}:Answer:Next", "belongs to a search by GET whose answer has Items."));
        }
        else if (next.Parameter is { } parameter && (query.Contains(parameter) || parameter == PageParameter))
        {
            problems.Add(
                new ApiProblem(
                    $"{path}:Answer:Next:Parameter",
                    "must not stand in Query: nobody may send a cursor of the backend's, but a sealed one."
                )
            );
        }
        else if (next.Parameter is not null)
        {
            query.UnionWith(ReadNames([next.Parameter], $"{path}:Answer:Next:Parameter", problems));
        }
    }

    private static void ReadQueryElements(ApiOperationOptions options, HashSet<string> query, string path, List<ApiProblem> problems)
    {
        foreach (var (name, element) in options.QueryElements)
        {
            if (!query.Contains(name) && options.Body?.Members.Contains(name) != true)
            {
                problems.Add(new ApiProblem($"{path}:QueryElements:{name}", "is no parameter in Query, and no member in Body:Members."));
            }

            if (element.Length > 0 && !IsElement(element))
            {
                problems.Add(
                    new ApiProblem($"{path}:QueryElements:{name}", "must be the name of a FHIR element, such as category, or empty.")
                );
            }
        }
    }

    private static bool IsElement(string name) => char.IsAsciiLetterLower(name[0]) && name.All(char.IsAsciiLetterOrDigit);

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
            if (element.Length == 0 || !IsElement(element) || texts.Length == 0 || parsed.Count < texts.Length)
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

    private static ApiBody? ReadBody(
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

        var members = ReadNames(body.Members, $"{path}:Members", problems);
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

    private static ApiAnswer? ReadAnswer(
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
}
