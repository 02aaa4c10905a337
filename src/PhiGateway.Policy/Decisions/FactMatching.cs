using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>Compares what a resource says with what a grant or scope wants.</summary>
public static class FactMatching
{
    /// <summary>The search parameter of <c>meta.tag</c>.</summary>
    internal const string TagParameter = "_tag";

    /// <summary>Whether a resource satisfies all constraints.</summary>
    internal static bool Satisfies(ResourceFacts facts, IReadOnlyList<TokenConstraint> constraints)
    {
        for (var place = 0; place < constraints.Count; place++)
        {
            if (!Satisfies(facts, constraints[place]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether a resource is the tenant's alone: it carries the tenant's tag, and no tag of that system which is another's.
    /// </summary>
    public static bool IsOfTenant(ResourceFacts facts, TokenValue tag)
    {
        var found = false;
        for (var place = 0; place < facts.Tokens.Count; place++)
        {
            var token = facts.Tokens[place];
            if (token.Parameter != TagParameter || !string.Equals(token.System, tag.System, StringComparison.Ordinal))
            {
                continue;
            }

            if (!string.Equals(token.Code, tag.Code, StringComparison.Ordinal))
            {
                return false;
            }

            found = true;
        }

        return found;
    }

    /// <summary>Whether a resource bears a tag that means something: not the tenant's own, and none that only says how it was made.</summary>
    internal static bool BearsTags(ResourceFacts facts, TokenValue? tenant)
    {
        for (var place = 0; place < facts.Tokens.Count; place++)
        {
            var token = facts.Tokens[place];
            var isTag =
                token.Parameter == TagParameter && !new SecurityLabel(token.System ?? string.Empty, token.Code ?? string.Empty).IsNeutral;
            var isTenants = tenant is { } own && token.System == own.System && token.Code == own.Code;
            if (isTag && !isTenants)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether all labels of a resource may leave under a grant.</summary>
    internal static bool LabelsPermitted(ResourceFacts facts, GrantRule grant)
    {
        for (var place = 0; place < facts.Labels.Count; place++)
        {
            var label = facts.Labels[place];
            if (!label.IsNeutral && !grant.PermitsLabel(label))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a constraint is met by what the request itself asks for: one of its conditions is at least as narrow.</summary>
    internal static bool IsMetBy(TokenConstraint constraint, IReadOnlyList<TokenConstraint> conditions)
    {
        for (var place = 0; place < conditions.Count; place++)
        {
            if (
                string.Equals(conditions[place].Parameter, constraint.Parameter, StringComparison.Ordinal)
                && IsWithin(conditions[place].AnyOf, constraint.AnyOf)
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether all constraints are met by what the request itself asks for.</summary>
    internal static bool AreMetBy(IReadOnlyList<TokenConstraint> constraints, IReadOnlyList<TokenConstraint> conditions)
    {
        for (var place = 0; place < constraints.Count; place++)
        {
            if (!IsMetBy(constraints[place], conditions))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether every narrower value is one that the wider values already take in.</summary>
    internal static bool IsWithin(IReadOnlyList<TokenValue> narrower, IReadOnlyList<TokenValue> wider)
    {
        for (var place = 0; place < narrower.Count; place++)
        {
            if (!TakesIn(wider, narrower[place]))
            {
                return false;
            }
        }

        return narrower.Count > 0;
    }

    internal static void AddParameters(IReadOnlyList<TokenConstraint> constraints, ref List<string>? names)
    {
        for (var place = 0; place < constraints.Count; place++)
        {
            names ??= [];
            var name = constraints[place].Parameter;
            if (!names.Contains(name))
            {
                names.Add(name);
                names.AddRange(constraints[place].IsDate ? [name + DateMatching.Start, name + DateMatching.End] : []);
            }
        }
    }

    private static bool Satisfies(ResourceFacts facts, TokenConstraint constraint)
    {
        if (constraint.IsDate)
        {
            return DateMatching.Satisfies(facts, constraint);
        }

        for (var place = 0; place < facts.Tokens.Count; place++)
        {
            var token = facts.Tokens[place];
            if (!string.Equals(token.Parameter, constraint.Parameter, StringComparison.Ordinal))
            {
                continue;
            }

            for (var wish = 0; wish < constraint.AnyOf.Count; wish++)
            {
                if (constraint.AnyOf[wish].Matches(token.System, token.Code))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool TakesIn(IReadOnlyList<TokenValue> wider, TokenValue value)
    {
        for (var place = 0; place < wider.Count; place++)
        {
            var one = wider[place];
            if (
                (one.System is null || string.Equals(one.System, value.System, StringComparison.Ordinal))
                && (one.Code is null || string.Equals(one.Code, value.Code, StringComparison.Ordinal))
            )
            {
                return true;
            }
        }

        return false;
    }
}
