using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Compiling;

/// <summary>
/// Compiles a use case with its agreement and organization into the entry that its clients share; called while a snapshot is built.
/// </summary>
internal static class UseCaseCompiler
{
    /// <summary>Compiles; every contradiction is added to the problems and closes the use case.</summary>
    internal static UseCaseEntry Compile(UseCase useCase, RegistryDocuments documents, List<RegistryProblem> problems)
    {
        Func<RegistryKind, string, IRegistryEntity?> find = documents.Find;
        var before = problems.Count;
        var path = RegistryPaths.Of(RegistryKind.UseCase, useCase.Id);
        var agreement = useCase.Agreement is null ? null : find(RegistryKind.Agreement, useCase.Agreement) as Agreement;
        var organization = find(RegistryKind.Organization, useCase.Organization) as Organization;
        var grants = UseCaseChecks.Check(useCase, path, problems);
        var stepUp = StepUpChecks.Check(useCase, path, problems);
        UseCaseChecks.CheckReferences(useCase, agreement, organization, find, path, problems);
        return new UseCaseEntry
        {
            UseCase = useCase,
            Agreement = agreement,
            Organization = organization,
            Grants = grants,
            Tenants = [.. useCase.Tenants],
            Purposes = ReadPurposes(useCase),
            StepUp = stepUp,
            Contradiction = problems.Count > before ? problems[before].Path : null,
            NotUnderstood = RegistryDocuments
                .ReferencesOf(useCase)
                .Select(reference => documents.FindProblem(reference.Kind, reference.Id))
                .FirstOrDefault(static problem => problem is { IsNotUnderstood: true })
                ?.Path,
            Fingerprint = ApprovalFingerprint.OfUseCase(useCase, agreement, organization),
            Doors = DoorsOf(useCase, agreement, organization),
        };
    }

    private static PurposeOfUse[] ReadPurposes(UseCase useCase)
    {
        var purposes = new List<PurposeOfUse>(useCase.Purposes.Count);
        foreach (var code in useCase.Purposes)
        {
            if (PurposeOfUse.TryParse(code, out var purpose))
            {
                purposes.Add(purpose);
            }
        }

        return [.. purposes];
    }

    private static PathDoor[] DoorsOf(UseCase useCase, Agreement? agreement, Organization? organization)
    {
        var rule = "use-case/" + useCase.Id;
        var doors = new List<PathDoor>
        {
            PathDoor.Standing(
                "use-case",
                DenyReason.UseCaseNotApproved,
                rule,
                useCase.Status == UseCaseStatus.Approved,
                "Have the use case approved."
            ),
            new(
                "use-case-term",
                DenyReason.UseCaseExpired,
                rule,
                0,
                Days.Until(useCase.Expires),
                "Extend the use case and have it approved anew."
            ),
        };
        if (agreement is not null)
        {
            var agreementRule = "agreement/" + agreement.Id;
            doors.Add(
                agreement.Terminated
                    ? PathDoor.Shut(
                        "agreement",
                        DenyReason.AgreementNotInForce,
                        agreementRule,
                        "The agreement was terminated: conclude another."
                    )
                    : new PathDoor(
                        "agreement",
                        DenyReason.AgreementNotInForce,
                        agreementRule,
                        Days.Start(agreement.Effective),
                        Days.Until(agreement.Expires),
                        "Renew the agreement."
                    )
            );
            if (NeedsLegalReview(agreement, organization) || agreement.LegalReview?.Until is not null)
            {
                const string toOpen = "Have the agreement reviewed by legal counsel and file the opinion.";
                doors.Add(
                    agreement.LegalReview is { } review
                        ? new PathDoor(
                            "legal-review",
                            DenyReason.AgreementNotReviewed,
                            agreementRule,
                            Days.Start(review.On),
                            Days.Until(review.Until),
                            toOpen
                        )
                        : PathDoor.Shut("legal-review", DenyReason.AgreementNotReviewed, agreementRule, toOpen)
                );
            }
        }
        else
        {
            var without = useCase.Agreement is null && organization?.Kind == OrganizationKind.Internal;
            doors.Add(
                PathDoor.Standing("agreement", DenyReason.AgreementMissing, rule, without, "Name the agreement that covers this use.")
            );
        }

        var organizationRule = "organization/" + useCase.Organization;
        doors.Add(
            PathDoor.Standing(
                "organization",
                DenyReason.OrganizationNotActive,
                organizationRule,
                organization?.Status == OrganizationStatus.Active,
                "Reinstate the organization."
            )
        );
        if (organization?.LastReview?.NextDue is { } due)
        {
            doors.Add(
                new PathDoor(
                    "vendor-review",
                    DenyReason.VendorReviewOverdue,
                    organizationRule,
                    0,
                    Days.StartAfter(due, 1 + DoorDefaults.ReviewGraceDays),
                    "Review the vendor and enter the review with its next date."
                )
            );
        }

        return [.. doors];
    }

    // Brokers, research and whatever leaves the jurisdiction need a lawyer's word (design: the registry).
    private static bool NeedsLegalReview(Agreement agreement, Organization? organization) =>
        agreement.CrossBorder
        || agreement.Kind == AgreementKind.ResearchProtocol
        || organization?.Kind is OrganizationKind.DataBroker or OrganizationKind.Research;
}
