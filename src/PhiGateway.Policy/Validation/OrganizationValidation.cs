using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Policy.Validation;

/// <summary>Checks organizations before they are stored; adds a problem for each mistake.</summary>
internal static class OrganizationValidation
{
    internal static void Check(Organization organization, string path, ValidationContext context)
    {
        context.Text(organization.Name, path + "/name");
        LimitChecks.Check(organization.Limits, path + "/limits", context.Problems);
        if (organization.LastReview is not { } review)
        {
            return;
        }

        context.Person(review.By, path + "/lastReview/by");
        context.Text(review.Reference, path + "/lastReview/reference");
        context.NotAhead(review.On, path + "/lastReview/on");
        context.Ahead(review.NextDue, path + "/lastReview/nextDue");
        if (review.NextDue is { } due && (due <= review.On || due.DayNumber - review.On.DayNumber > DoorDefaults.LongestVendorReviewDays))
        {
            context.Add(
                path + "/lastReview/nextDue",
                $"The next review is due 1 to {DoorDefaults.LongestVendorReviewDays} days after this one."
            );
        }
    }
}
