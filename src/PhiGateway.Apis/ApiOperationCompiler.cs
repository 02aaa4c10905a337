using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>
/// Compiles one row of a declared table into an <see cref="ApiOperation"/>, with a problem for everything that is not exactly right.
/// </summary>
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
        var query = ApiNames.Read(options.Query, $"{path}:Query", problems);
        ReadPatient(options, template, query, interaction, path, problems);
        ReadNext(options, query, interaction, path, problems);
        ReadQueryElements(options, query, path, problems);
        if (options.Id is not null && template.PlaceOf(options.Id) < 0)
        {
            problems.Add(new ApiProblem($"{path}:Id", "must be a variable of Path."));
        }

        var isNobodys = PatientPathTable.Instance.IsNobody(type);
        var body = ApiBodyCompiler.Compile(options, interaction, type, level, isNobodys, path, problems);
        var answer = ApiAnswerCompiler.Compile(options, interaction, type, level, isNobodys, path, problems);
        if (problems.Count > before)
        {
            return null;
        }

        return new ApiOperation(options.Method, template, type, interaction)
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
        else if (patient.In == "query" && ApiNames.Read([patient.Name], $"{path}:Patient:Name", problems).Count > 0)
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
            query.UnionWith(ApiNames.Read([next.Parameter], $"{path}:Answer:Next:Parameter", problems));
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

            if (element.Length > 0 && !ApiNames.IsElement(element))
            {
                problems.Add(
                    new ApiProblem($"{path}:QueryElements:{name}", "must be the name of a FHIR element, such as category, or empty.")
                );
            }
        }
    }
}
