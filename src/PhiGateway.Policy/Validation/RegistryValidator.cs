using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Validation;

/// <summary>
/// Judges registry documents as a person wrote them, before they are stored; used by the admin API and the command line. All problems at
/// once, none thrown.
/// </summary>
/// <remarks>At least as strict as the snapshot: what passes here contradicts nothing there, as long as what it refers to stays.</remarks>
public static class RegistryValidator
{
    /// <summary>Finds everything wrong with documents about to be written.</summary>
    /// <param name="written">The new forms, judged together: they may refer to each other.</param>
    /// <param name="existing">What is stored already; null for what is not.</param>
    /// <param name="knowsTokenParameter">Whether a type has a token search parameter of that name; the language layer knows.</param>
    /// <param name="today">The day, UTC: nothing may be expired on arrival. Null: dates are not held against a day.</param>
    /// <param name="holderOf">Id of the stored credential with this identity (see <see cref="CredentialIdentity"/>), null when there is
    /// none; null: not asked.</param>
    public static IReadOnlyList<RegistryProblem> Validate(
        IReadOnlyList<IRegistryEntity> written,
        Func<RegistryKind, string, IRegistryEntity?> existing,
        Func<ResourceType, string, bool> knowsTokenParameter,
        DateOnly? today = null,
        Func<string, string, string?>? holderOf = null
    )
    {
        var problems = new List<RegistryProblem>();
        var byKey = new Dictionary<DocumentKey, IRegistryEntity>();
        foreach (var entity in written)
        {
            if (Basics(entity, byKey, problems))
            {
                byKey.Add(new DocumentKey(RegistryPaths.KindOf(entity)!.Value, entity.Id), entity);
            }
        }

        var context = new ValidationContext(
            (kind, id) => byKey.TryGetValue(new DocumentKey(kind, id), out var own) ? own : existing(kind, id),
            knowsTokenParameter,
            today,
            problems
        );
        foreach (var entity in byKey.Values)
        {
            Check(entity, RegistryPaths.Of(RegistryPaths.KindOf(entity)!.Value, entity.Id), context);
        }

        CredentialValidation.CheckKeys(
            [.. byKey.Values.OfType<Credential>()],
            holderOf,
            id => byKey.ContainsKey(new DocumentKey(RegistryKind.Credential, id)),
            problems
        );
        return problems;
    }

    private static bool Basics(IRegistryEntity entity, Dictionary<DocumentKey, IRegistryEntity> known, List<RegistryProblem> problems)
    {
        if (entity is null || RegistryPaths.KindOf(entity) is not { } kind)
        {
            problems.Add(new RegistryProblem("?", "Not a registry document."));
            return false;
        }

        var path = RegistryPaths.Of(kind, entity.Id);
        if (!RegistryId.IsValid(entity.Id))
        {
            problems.Add(new RegistryProblem(path + "/id", "An id is 1 to 128 of a-z 0-9 . _ - and starts with a letter or digit."));
            return false;
        }

        if (NullMembers.Exist(entity))
        {
            problems.Add(new RegistryProblem(path, "A list holds null."));
            return false;
        }

        if (known.ContainsKey(new DocumentKey(kind, entity.Id)))
        {
            problems.Add(new RegistryProblem(path, "The document is there twice."));
            return false;
        }

        return true;
    }

    private static void Check(IRegistryEntity entity, string path, ValidationContext context)
    {
        switch (entity)
        {
            case Organization organization:
                OrganizationValidation.Check(organization, path, context);
                break;
            case Agreement agreement:
                AgreementValidation.Check(agreement, path, context);
                break;
            case UseCase useCase:
                UseCaseValidation.Check(useCase, path, context);
                break;
            case Client client:
                ClientValidation.Check(client, path, context);
                break;
            case Credential credential:
                CredentialValidation.Check(credential, path, context);
                break;
            case TaskGrant task:
                ClientValidation.Check(task, path, context);
                break;
            case Approval approval:
                ClientValidation.Check(approval, path, context);
                break;
            case Review review:
                context.Reference(RegistryKind.Client, review.Client, path + "/client");
                context.Person(review.By, path + "/by");
                context.NotAhead(review.On, path + "/on");
                break;
            case AdminKey key:
                CredentialValidation.Check(key, path, context);
                break;
            default:
                break;
        }
    }
}
