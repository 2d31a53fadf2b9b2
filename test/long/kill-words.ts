/** What kill-target.ts asks and uploads, by number. */
export const CONVERSATION = '6f1f9a52-3c1d-4a7e-9b1e-0d2f4c6a8e10'
export const MOST_UPLOADS = 4

export const exchangeOf = (number: number) => `0b9d8c7e-1f2a-4b3c-8d4e-${String(number).padStart(12, '0')}`
export const questionOf = (number: number) => `第${number}问：全社会研发投入强度超过多少？`
export const nameOf = (number: number) => `上传${number}.txt`
export const textOf = (number: number) => `关于第${number}号事项的通知\n一、退款比例\n第${number}次修订的，退款比例不低于70%。\n`
