using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.RegistryFiles.Files;

namespace PhiGateway.Admin.Shadows;

/// <summary>Reads what a use case would be out of the body that starts a shadow; as strictly as a file that is applied.</summary>
internal static class ShadowCandidate
{
    private const int MostCharacters = 65_536;

    /// <summary>The write that would make it so, or why it is none.</summary>
    public static Outcome<RegistryWrite> Read(StartShadowBody body, WorkingSet set, string person)
    {
        if (body.UseCase is not { Length: > 0 } id || set.Find(RegistryKind.UseCase, id) is null)
        {
            return AdminProblem.Invalid("/use_case", "unknown", "Name a use case of the registry.");
        }

        if (body.Candidate is null == body.Grants is null)
        {
            return AdminProblem.Invalid("/candidate", "required", "Send the use case as it would be, or its grants: one of both.");
        }

        if (body.Grants is { ValueKind: not JsonValueKind.Array })
        {
            return AdminProblem.Invalid("/grants", "invalid", "A list of grants is expected.");
        }

        if (body.Candidate?.Length > MostCharacters)
        {
            return AdminProblem.Invalid("/candidate", "too-long", $"At most {MostCharacters} characters.");
        }

        var file = body.Grants is { } grants ? WithGrants(set, id, grants) : Encoding.UTF8.GetBytes(body.Candidate!);
        if (
            RegistryFile.Read(file, yaml: body.Grants is null).Failed(out var refusal, out var read)
            || FilePlanner.Plan(read, set, person, prune: false).Failed(out refusal, out var writes)
        )
        {
            return AdminProblem.Of(refusal);
        }

        return writes switch
        {
            [{ Kind: RegistryKind.UseCase, Json: not null } only] when only.Id == id => only,
            [] => AdminProblem.Invalid("/candidate", "same", "It is what is in force: there is nothing to judge."),
            _ => AdminProblem.Invalid("/candidate", "one-use-case", $"Only the use case {id} may differ: a shadow is of one use case."),
        };
    }

    private static byte[] WithGrants(WorkingSet set, string id, JsonElement grants)
    {
        var root = FileExport.Write(set, (kind, one) => kind == RegistryKind.UseCase && one == id);
        foreach (var (_, section) in root)
        {
            section!.AsArray()[0]!["grants"] = JsonNode.Parse(grants.GetRawText());
        }

        return JsonSerializer.SerializeToUtf8Bytes(root);
    }
}
