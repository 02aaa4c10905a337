using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>Builds the path tree of a type from the tables of patient and search parameter paths; called once per type.</summary>
internal static class ScanProgramFactory
{
    // Types that R4 has for what is nobody's as well, and says so by leaving the patient out: a cohort before its first member, a person of an
    // index without a link, the report on a population, what a ward orders for its shelf, a cost centre, a contract of the house.
    private static readonly string[] OfNobodyAsWell =
    [
        "Account",
        "Contract",
        "Group",
        "MeasureReport",
        "Person",
        "SupplyDelivery",
        "SupplyRequest",
    ];

    public static ScanProgram Create(ResourceType type)
    {
        var paths = PatientPathTable.Instance.For(type);
        var root = new ScanNode();
        root.Add("resourceType", new ScanNode());
        root.Add("id", new ScanNode { Role = ScanRole.Id, Strict = true });
        root.Add("contained", new ScanNode { Role = ScanRole.Contained, Strict = true });

        if (type != ResourceType.Patient)
        {
            AddReferences(root, paths.Owner, ScanRole.Owner);
            AddReferences(root, paths.Others, ScanRole.Secondary);
        }

        if (type == ResourceType.Parameters)
        {
            // Values stand at any depth.
            var parameter = root.Child("parameter");
            parameter.Add("part", parameter);
        }

        var meta = root.Child("meta");
        meta.IsSingle = true;
        meta.Add("versionId", new ScanNode { Role = ScanRole.VersionId });
        Coding(meta.Child("security"), ScanRole.Label, strict: true);
        Coding(meta.Child("tag"), ScanRole.Tag, strict: true);
        AddFurtherLabels(root, type);

        var parameters = TokenPathTable.Instance.For(type);
        for (var i = 0; i < parameters.Count; i++)
        {
            foreach (var path in parameters[i].Value)
            {
                AddToken(Walk(root, path), 1U << i);
            }
        }

        var rule = RuleOf(type, paths);
        return new ScanProgram(
            type,
            root,
            rule,
            parameters.Select(static parameter => parameter.Key).ToArray(),
            paths.OfTargets,
            rule == OwnerRule.Participants
                || (rule == OwnerRule.Indirect && paths.Owner.Length == 0)
                || Array.IndexOf(OfNobodyAsWell, type.Name) >= 0
        );
    }

    private static OwnerRule RuleOf(ResourceType type, PatientPaths paths) =>
        type.Name switch
        {
            "Patient" => OwnerRule.Self,
            "Parameters" => OwnerRule.Named,
            _ when paths.Indirect => OwnerRule.Indirect,
            "Appointment" or "AppointmentResponse" or "Schedule" or "AuditEvent" => OwnerRule.Participants,
            // A device on the shelf has no patient; of all other types outside the compartment that name an owner, one without is still
            // somebody's.
            "Device" => OwnerRule.Optional,
            "List" => OwnerRule.SubjectOrOthers,
            _ when paths.InCompartment || paths.Owner.Length > 0 => OwnerRule.Required,
            _ => OwnerRule.Optional,
        };

    private static void AddReferences(ScanNode root, string[] paths, ScanRole role)
    {
        foreach (var path in paths)
        {
            var parent = path.LastIndexOf('.') is var dot and > 0 ? Walk(root, path[..dot]) : root;
            ScanNodes.AddReference(parent, path[(path.LastIndexOf('.') + 1)..], role);
        }
    }

    /// <summary>Labels outside <c>meta.security</c> (R4: Composition, DocumentReference, Consent).</summary>
    private static void AddFurtherLabels(ScanNode root, ResourceType type)
    {
        switch (type.Name)
        {
            case "Composition":
                root.Add("confidentiality", new ScanNode { Role = ScanRole.ConfidentialityCode, Strict = true });
                break;
            case "DocumentReference":
                var label = root.Child("securityLabel");
                label.HoldsLabels = true;
                Coding(label.Child("coding"), ScanRole.RaisingLabel, strict: true);
                break;
            case "Consent":
                var provision = root.Child("provision");
                Coding(provision.Child("securityLabel"), ScanRole.RaisingLabel, strict: true);
                var nested = provision.Add("provision", new ScanNode());
                Coding(nested.Child("securityLabel"), ScanRole.RaisingLabel, strict: true);
                nested.Add("provision", nested);
                break;
        }
    }

    private static void AddToken(ScanNode node, uint bit)
    {
        node.Tokens |= bit;
        if ((node.Role & (ScanRole.Owner | ScanRole.Secondary)) != 0)
        {
            return;
        }

        ScanNodes.CaptureCoding(node, strict: false);
        var coding = node.Child("coding");
        coding.Tokens |= bit;
        ScanNodes.CaptureCoding(coding, strict: false);
    }

    private static void Coding(ScanNode node, ScanRole role, bool strict)
    {
        node.Role |= role;
        ScanNodes.CaptureCoding(node, strict);
    }

    private static ScanNode Walk(ScanNode root, string path)
    {
        var node = root;
        foreach (var step in path.Split('.'))
        {
            node = node.Child(step);
        }

        return node;
    }
}
