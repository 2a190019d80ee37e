import type { ReviewerKind } from "../../review/people/routing.ts";
import type { Language } from "../review-view.ts";

/** The texts about who reviews, in one language. Counts come as written figures. */
export type ReviewerPhrases = {
  heading: string;
  reviewer: string;
  grants: string;
  notable: string;
  undecided: string;
  nobody: string;
  nobodyLeft(grants: string): string;
  foundAs: string;
  kinds: Record<ReviewerKind, string>;
  delegateOf(name: string): string;
  /** Of a delegate where it is not said for whom. */
  asDelegate: string;
  passedOver: string;
  uncovered: string;
  formerPartners: string;
  department: string;
  departments: string;
  holders: string;
  coveredBy: string;
  nobodyAbove: string;
  allCovered: string;
  nobodyFormer: string;
  more(count: string): string;
  /** Instead of the name of another reviewer, in a report that is one reviewer's alone. */
  another: string;
  theirs(name: string): string;
};

const chinese: ReviewerPhrases = {
  heading: "谁来复核",
  reviewer: "审阅人",
  grants: "授权",
  notable: "有发现的",
  undecided: "未决定",
  nobody: "无人",
  nobodyLeft: (grants) => `${grants} 项授权无人可以复核：请在配置中指定角色负责人或兜底审阅人。`,
  foundAs: "身份",
  kinds: {
    "role-owner": "角色负责人",
    "holder-hrbp": "持有人的 HRBP",
    "department-hrbp": "部门的 HRBP",
    "location-bp": "属地 BP",
    manager: "直属上级",
    fallback: "兜底审阅人",
  },
  delegateOf: (name) => `代 ${name}`,
  asDelegate: "代理",
  passedOver: "已离职而被跳过的审阅人",
  uncovered: "没有自己 HRBP 的部门",
  formerPartners: "已离职、仍挂名的 HRBP",
  department: "部门",
  departments: "部门",
  holders: "持有人",
  coveredBy: "由上级部门覆盖",
  nobodyAbove: "上级部门也没有",
  allCovered: "有持有人的部门都有自己的 HRBP。",
  nobodyFormer: "没有已离职的 HRBP。",
  more: (count) => `另有 ${count} 条，见该次评估的 reviewers.json。`,
  another: "另一位审阅人",
  theirs: (name) => `这份报告只含 ${name} 要复核的授权。`,
};

const english: ReviewerPhrases = {
  heading: "Who reviews",
  reviewer: "Reviewer",
  grants: "Grants",
  notable: "With findings",
  undecided: "Undecided",
  nobody: "Nobody",
  nobodyLeft: (grants) =>
    `Nobody is left to review ${grants} ${grants === "1" ? "grant" : "grants"}: name an owner of the role, or a fallback, in the configuration.`,
  foundAs: "As",
  kinds: {
    "role-owner": "owner of the role",
    "holder-hrbp": "HRBP of the holder",
    "department-hrbp": "HRBP of the department",
    "location-bp": "location BP",
    manager: "manager",
    fallback: "fallback",
  },
  delegateOf: (name) => `for ${name}`,
  asDelegate: "as a delegate",
  passedOver: "Reviewers passed over, as they have left",
  uncovered: "Departments without an HRBP of their own",
  formerPartners: "HRBPs who have left, and are still named",
  department: "Department",
  departments: "Departments",
  holders: "Holders",
  coveredBy: "Covered from above by",
  nobodyAbove: "nobody above either",
  allCovered: "Every department with holders has an HRBP of its own.",
  nobodyFormer: "No HRBP has left.",
  more: (count) => `And ${count} more: the assessment's reviewers.json has them all.`,
  another: "another reviewer",
  theirs: (name) => `This report holds what ${name} is to review, and nothing else.`,
};

/** The texts about who reviews in that language. */
export const reviewerPhrasesOf = (language: Language): ReviewerPhrases => (language === "zh" ? chinese : english);
