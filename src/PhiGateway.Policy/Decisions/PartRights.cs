using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>Computes which SMART letters and which grants one part of a request needs, for the questions and the permit.</summary>
internal static class PartRights
{
    private static readonly InteractionSet ByOtherWays = InteractionSet.Of(
        Interaction.VRead,
        Interaction.HistoryInstance,
        Interaction.HistoryType,
        Interaction.HistorySystem,
        Interaction.SearchSystem,
        Interaction.Export
    );

    /// <summary>
    /// The letters (SMART App Launch 2, scopes; conditional and walked parts are searches, included ones reads). None: unknown, never
    /// permitted.
    /// </summary>
    internal static ScopeRights Needed(AccessPart part) =>
        part.Role switch
        {
            PartRole.Target => NeededBy(part),
            PartRole.Include or PartRole.RevInclude => ScopeRights.Read,
            PartRole.Chain or PartRole.ReverseChain or PartRole.Condition => ScopeRights.Search,
            _ => ScopeRights.None,
        };

    /// <summary>
    /// The letters under which what the part yields is judged on its way out. A write answers with the whole resource, so it is a read; a
    /// delete yields nothing.
    /// </summary>
    internal static ScopeRights NeededByAnswer(AccessPart part) =>
        part.Role switch
        {
            PartRole.Include or PartRole.RevInclude => ScopeRights.Read,
            PartRole.Target => part.Interaction switch
            {
                // Writing does not imply reading (SMART App Launch 2, scopes): what was written is shown to those who may read it.
                Interaction.Create or Interaction.Update or Interaction.Patch => ScopeRights.Read,
                Interaction.Delete or Interaction.ExportCancel => ScopeRights.None,
                // The Group in the path says whose data is meant; itself it leaves only as one of the types exported.
                Interaction.Export when part.Id is not null && !part.IsLookedAt => ScopeRights.None,
                _ => NeededBy(part),
            },
            _ => ScopeRights.None,
        };

    /// <summary>The grants that name what the part asks for; patients and conditions come later.</summary>
    internal static GrantSet Grants(AccessPart part, UseCaseEntry useCase) =>
        part.Role switch
        {
            PartRole.Target => part.Interaction switch
            {
                Interaction.Operation => OperationGrants(part, useCase),
                // A job or file was opened by an export that was judged by type; the type may not stand in its address.
                Interaction.ExportStatus or Interaction.ExportCancel or Interaction.ExportFile when part.Type.IsNone => GrantsFor(
                    part.Interaction,
                    null,
                    useCase
                ),
                Interaction.SearchType when part.Operation is not null => GrantsFor(Interaction.SearchType, part.Type, useCase)
                    .Union(OperationGrants(part, useCase)),
                Interaction.Export when part.Id is not null => GrantsFor(Interaction.Export, part.Type, useCase)
                    .Union(GrantsFor(Interaction.Read, part.Type, useCase)),
                _ => GrantsFor(part.Interaction, part.Type, useCase),
            },
            PartRole.Include or PartRole.RevInclude => GrantsFor(Interaction.Read, part.Type, useCase),
            PartRole.Chain or PartRole.ReverseChain or PartRole.Condition => GrantsFor(Interaction.SearchType, part.Type, useCase),
            _ => default,
        };

    /// <summary>The grants under which what the part yields is judged.</summary>
    internal static GrantSet AnswerGrants(AccessPart part, GrantSet grants, UseCaseEntry useCase) =>
        part is { Role: PartRole.Target, Interaction: Interaction.Create or Interaction.Update or Interaction.Patch }
            ? Judgeability.Grants(useCase, part, GrantsFor(Interaction.Read, part.Type, useCase))
            : grants;

    /// <summary>
    /// The grants under which the client can see a part's resource at all, whatever this token's scope or this row of a table: by reading
    /// or by searching.
    /// </summary>
    internal static GrantSet Readers(AccessPart part, UseCaseEntry useCase) =>
        GrantsFor(Interaction.Read, part.Type, useCase).Union(GrantsFor(Interaction.SearchType, part.Type, useCase));

    /// <summary>
    /// Those and the grants under which it comes to see one by another way: a version, a history, an export, <c>$everything</c>.
    /// </summary>
    internal static GrantSet Viewers(AccessPart part, UseCaseEntry useCase)
    {
        var found = Readers(part, useCase);
        for (var place = 0; place < useCase.Grants.Length; place++)
        {
            var grant = useCase.Grants[place];
            var isShown = !grant.Interactions.Intersect(ByOtherWays).IsEmpty || Array.IndexOf(grant.Operations, "$everything") >= 0;
            found = isShown && grant.Types.Contains(part.Type) ? found.With(place) : found;
        }

        return found;
    }

    /// <summary>The grants under which anything may be read by its id.</summary>
    internal static GrantSet ReadGrants(UseCaseEntry useCase) => GrantsFor(Interaction.Read, null, useCase);

    /// <summary>Whether the use case names an include value; a target type after it only narrows.</summary>
    internal static bool NamesInclude(UseCaseEntry useCase, string? value)
    {
        if (value is null)
        {
            return false;
        }

        foreach (var grant in useCase.Grants)
        {
            foreach (var named in grant.Includes)
            {
                if (value.StartsWith(named, StringComparison.Ordinal) && (value.Length == named.Length || value[named.Length] == ':'))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static ScopeRights NeededBy(AccessPart part)
    {
        switch (part.Interaction)
        {
            case Interaction.Read or Interaction.VRead or Interaction.HistoryInstance:
                return ScopeRights.Read;
            case Interaction.SearchType when part.Operation is not null:
                // What an operation brings back was never found by the client: it is read as well as searched.
                return ScopeRights.Read | ScopeRights.Search;
            case Interaction.SearchType
            or Interaction.SearchSystem
            or Interaction.SearchPage
            or Interaction.HistoryType
            or Interaction.HistorySystem:
                return ScopeRights.Search;
            case Interaction.Create:
                return ScopeRights.Create;
            case Interaction.Update or Interaction.Patch:
                return ScopeRights.Update;
            case Interaction.Delete:
                return ScopeRights.Delete;
            case Interaction.Export when part.Id is not null:
                // The Group whose members are exported; each type that comes out is a part of its own.
                return ScopeRights.Read;
            case Interaction.Operation when part.Operation == "$match":
                return ScopeRights.Search;
            case Interaction.Operation
            or Interaction.Export
            or Interaction.ExportStatus
            or Interaction.ExportCancel
            or Interaction.ExportFile:
                return ScopeRights.Read | ScopeRights.Search;
            default:
                return ScopeRights.None;
        }
    }

    private static GrantSet GrantsFor(Interaction interaction, ResourceType? type, UseCaseEntry useCase)
    {
        var found = default(GrantSet);
        for (var place = 0; place < useCase.Grants.Length; place++)
        {
            var grant = useCase.Grants[place];
            if (grant.Interactions.Contains(interaction) && (type is not { } one || grant.Types.Contains(one)))
            {
                found = found.With(place);
            }
        }

        return found;
    }

    private static GrantSet OperationGrants(AccessPart part, UseCaseEntry useCase)
    {
        var found = default(GrantSet);
        for (var place = 0; place < useCase.Grants.Length; place++)
        {
            found = useCase.Grants[place].PermitsOperation(part.Type, part.Operation) ? found.With(place) : found;
        }

        return found;
    }
}
