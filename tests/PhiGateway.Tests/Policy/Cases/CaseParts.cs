using System.Text.Json.Nodes;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Tests.Policy.Cases;

/// <summary>
/// Turns a case's request line into parts; just enough of FHIR's addresses for the cases, everything else is written out as parts.
/// </summary>
internal static class CaseParts
{
    private static readonly string[] Owners = ["patient", "subject"];

    internal static IReadOnlyList<AccessPart> Read(JsonObject source)
    {
        if (source["parts"] is JsonArray parts)
        {
            return [.. parts.Select(static part => ReadPart(part!.AsObject()))];
        }

        var line = source["request"]!.GetValue<string>().Split(' ');
        var address = line[1].Split('?');
        var path = address[0].Split('/', StringSplitOptions.RemoveEmptyEntries)[1..];
        var query = address.Length == 1 ? [] : address[1].Split('&').Select(static pair => pair.Split('=', 2)).ToArray();
        var target = Target(line[0], path);
        target = target with
        {
            Patients =
            [
                .. target.Patients,
                .. query
                    .Where(static pair => Owners.Contains(pair[0]))
                    .SelectMany(static pair => pair[1].Split(','))
                    .Select(static id => PatientId.Parse(id.Replace("Patient/", "", StringComparison.Ordinal))),
            ],
            Conditions =
            [
                .. query
                    .Where(static pair => pair[0][0] != '_' && !Owners.Contains(pair[0]))
                    .Select(static pair => CaseScopes.ReadConstraint($"{pair[0]}={pair[1]}")),
            ],
            Uses = [.. query.Where(static pair => pair[0] == "_sort").Select(static pair => pair[1]), .. CaseFiles.Texts(source["uses"])],
            Body = ReadFacts(source["body"]),
            Stored = ReadFacts(source["stored"]),
            StoredState = source["stored"] is null ? StoredState.Unknown : StoredState.Present,
            Relabels = source["relabels"]?.GetValue<bool>() ?? false,
            Probes = source["probes"]?.GetValue<bool>() ?? false,
        };
        return
        [
            target,
            .. query.Where(static pair => pair[0] is "_include" or "_revinclude").Select(pair => Included(pair[0], pair[1], source)),
        ];
    }

    internal static ResourceFacts? ReadFacts(JsonNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var facts = new ResourceFacts
        {
            Type = ResourceType.Parse(node["type"]!.GetValue<string>()),
            Id = CaseFiles.Text(node["id"]),
            Confidentiality = Confidentiality.Normal,
        };
        var owners = CaseFiles.Texts(node["owners"]);
        facts.Owner =
            owners is ["nobody"] ? OwnerState.NotPatientData
            : owners.Length > 0 ? OwnerState.Known
            : OwnerState.Undetermined;
        foreach (var owner in owners.Where(static owner => owner != "nobody"))
        {
            facts.AddOwner(PatientId.Parse(owner));
        }

        facts.DeclareNew(PatientId.Parse("new"));

        if (ConfidentialityCodes.TryParse(CaseFiles.Text(node["confidentiality"]) ?? "N", out var confidentiality))
        {
            facts.Confidentiality = confidentiality;
        }

        foreach (var label in CaseFiles.Texts(node["labels"]))
        {
            facts.AddLabel(new SecurityLabel("http://terminology.hl7.org/CodeSystem/v3-ActCode", label));
        }

        foreach (var category in CaseFiles.Texts(node["category"]))
        {
            facts.AddToken(new TokenFact("category", "http://terminology.hl7.org/CodeSystem/observation-category", category));
        }

        foreach (var tag in CaseFiles.Texts(node["tags"]))
        {
            var bar = tag.IndexOf('|', StringComparison.Ordinal);
            facts.AddToken(new TokenFact("_tag", tag[..bar], tag[(bar + 1)..]));
        }

        return facts;
    }

    private static AccessPart Target(string method, string[] path) =>
        (method, path) switch
        {
            ("GET", ["metadata"]) => new AccessPart { Interaction = Interaction.Capabilities, Type = default },
            ("GET", ["Patient", var patient, var type]) when type[0] is not '_' and not '$' => Part(Interaction.SearchType, type) with
            {
                Patients = [PatientId.Parse(patient)],
                PatientInPath = true,
            },
            ("GET", [var type, var operation]) when operation[0] == '$' => Part(Interaction.Operation, type) with { Operation = operation },
            ("GET", [var type, "_history"]) => Part(Interaction.HistoryType, type),
            ("GET", [var type, var id, "_history"]) => Instance(Interaction.HistoryInstance, type, id),
            ("GET", [var type, var id, "_history", _]) => Instance(Interaction.VRead, type, id),
            ("GET", [var type, var id]) => Instance(Interaction.Read, type, id),
            ("GET", [var type]) => Part(Interaction.SearchType, type),
            ("POST", [var type]) => Part(Interaction.Create, type),
            ("PUT", [var type, var id]) => Instance(Interaction.Update, type, id),
            ("PATCH", [var type, var id]) => Instance(Interaction.Patch, type, id),
            ("DELETE", [var type, var id]) => Instance(Interaction.Delete, type, id),
            _ => throw new InvalidDataException("Write this request out as parts."),
        };

    private static AccessPart Part(Interaction interaction, string type) =>
        new() { Interaction = interaction, Type = ResourceType.Parse(type) };

    private static AccessPart Instance(Interaction interaction, string type, string id) =>
        Part(interaction, type) with
        {
            Id = id,
            Patients = type == "Patient" ? [PatientId.Parse(id)] : [],
        };

    private static AccessPart Included(string name, string value, JsonObject source) =>
        new()
        {
            Interaction = Interaction.SearchType,
            Type = ResourceType.Parse(source["includes"]?.GetValue<string>() ?? "Patient"),
            Role = name == "_include" ? PartRole.Include : PartRole.RevInclude,
            Include = value,
        };

    private static AccessPart ReadPart(JsonObject part) =>
        new()
        {
            Interaction = Enum.Parse<Interaction>(
                part["interaction"]!.GetValue<string>().Replace("-", "", StringComparison.Ordinal),
                ignoreCase: true
            ),
            Type = part["type"] is { } type ? ResourceType.Parse(type.GetValue<string>()) : default,
            Role = part["role"] is { } role
                ? Enum.Parse<PartRole>(role.GetValue<string>().Replace("-", "", StringComparison.Ordinal), ignoreCase: true)
                : PartRole.Target,
            Id = CaseFiles.Text(part["id"]),
            Operation = CaseFiles.Text(part["operation"]),
            Include = CaseFiles.Text(part["include"]),
            Patients = [.. CaseFiles.Texts(part["patients"]).Select(PatientId.Parse)],
            Conditions = [.. CaseFiles.Texts(part["conditions"]).Select(CaseScopes.ReadConstraint)],
            Uses = CaseFiles.Texts(part["uses"]),
            IsWildcard = part["wildcard"]?.GetValue<bool>() ?? false,
            IsSeparable = part["separable"]?.GetValue<bool>() ?? false,
            IsResolvable = part["resolvable"]?.GetValue<bool>() ?? false,
            PatientInPath = part["patientInPath"]?.GetValue<bool>() ?? false,
            Body = ReadFacts(part["body"]),
            Judgeable = part["judgeable"] is { } known
                ? new JudgeableFacts(
                    CaseFiles.Texts(known["parameters"]),
                    known["labels"]?.GetValue<bool>() ?? false,
                    ConfidentialityCodes.TryParse(CaseFiles.Text(known["floor"]) ?? "N", out var floor)
                        ? floor
                        : Confidentiality.VeryRestricted
                )
                : null,
            StoredState = CaseFiles.Text(part["stored"]) == "absent" ? StoredState.Absent : StoredState.Unknown,
        };
}
