import type { Text } from "./company.ts";

const departments: readonly (readonly [string, string])[] = [
  ["销售", "Sales"],
  ["研发", "Engineering"],
  ["财务", "Finance"],
  ["人力", "People"],
  ["法务", "Legal"],
  ["运营", "Operations"],
  ["市场", "Marketing"],
  ["采购", "Procurement"],
];
const roles: readonly (readonly [string, string])[] = [
  ["人事专员", "HR specialist"],
  ["部门经理", "Department manager"],
  ["属地 HRBP", "Location HRBP"],
  ["公司薪酬", "Company payroll"],
  ["招聘负责人", "Recruiting lead"],
  ["数据分析", "Data analyst"],
  ["考勤管理员", "Attendance keeper"],
  ["合同管理员", "Contract keeper"],
];
const regions: readonly (readonly [string, string])[] = [
  ["集团", "group"],
  ["华东", "east"],
  ["华南", "south"],
  ["华北", "north"],
  ["西南", "southwest"],
  ["海外", "overseas"],
];

const digits = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/** A number as it is counted in names, up to 99; larger ones in figures. */
function counted(number: number): string {
  if (number > 99) return String(number);
  const tens = Math.floor(number / 10);
  return `${tens > 1 ? digits[tens] : ""}${tens > 0 ? "十" : ""}${digits[number % 10]}`;
}

/** The name of the `index`th department; the first is the head office. */
export function departmentName(index: number): Text {
  if (index === 0) return { zh: "总部", en: "Head office" };
  const [zh, en] = departments[(index - 1) % departments.length] ?? ["", ""];
  const number = Math.floor((index - 1) / departments.length) + 1;
  return { zh: `${zh}${counted(number)}部`, en: `${en} ${number}` };
}

/** Code and name of the `index`th role, each its own: what it is for, and where; beyond that numbered. */
export function roleName(index: number): { code: string; name: Text } {
  const [zh, en] = roles[index % roles.length] ?? ["", ""];
  const place = Math.floor(index / roles.length);
  const [regionZh, regionEn] = regions[place % regions.length] ?? ["", ""];
  const round = Math.floor(place / regions.length) + 1;
  const [numberZh, numberEn] = round === 1 ? ["", ""] : [`${counted(round)}区`, ` ${round}`];
  return {
    code: `${en} ${regionEn}${numberEn}`.toLowerCase().replaceAll(" ", "_"),
    name: { zh: `${zh}（${regionZh}${numberZh}）`, en: `${en}, ${regionEn}${numberEn}` },
  };
}
